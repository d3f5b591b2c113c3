"""Keeping views of lists, and what was done to many records of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from valuechain.records.models import BulkRun, SavedView

#: More views than this nobody finds again.
MOST = 50
#: How long what was done to many at once is remembered.
KEPT_FOR = timedelta(days=1)
EDITABLE = ("name", "team", "filters", "ordering", "columns", "density")


def save_view(*, resource: str, name: str, actor: Any, **values: Any) -> SavedView:
    """Keep a view of the actor's own, or of a team they are in. Raises Denied, FieldErrors."""
    _may_share(values.get("team"), actor)
    if SavedView.objects.filter(owner_id=actor.pk, resource=resource).count() >= MOST:
        raise FieldErrors({"name": [("too_many", _("You have as many views as fit. Remove one."))]})
    view = SavedView(resource=resource, name=_named(name), owner_id=actor.pk, **values)
    return _kept(view)


def change_view(view: SavedView, changes: Mapping[str, Any], *, actor: Any) -> SavedView:
    """Change what a view is called, whose it is or what it shows. Raises Denied, FieldErrors."""
    _own(view, actor)
    _may_share(changes.get("team"), actor)
    for name in EDITABLE:
        if name in changes:
            setattr(view, name, _named(changes[name]) if name == "name" else changes[name])
    view.updated_at = clock.now()
    return _kept(view)


def remove_view(view: SavedView, *, actor: Any) -> None:
    """Remove a view; the records it showed stay as they are. Raises Denied."""
    _own(view, actor)
    view.delete()


def may_change_view(actor: Any, view: SavedView) -> bool:
    """Whether the view is the actor's to change: their own, or one they shared or lead."""
    return bool(
        view.owner_id == actor.pk
        or actor.access.is_admin
        or (
            view.team_id is not None
            and view.team_id in actor.access.by_team.get("team_lead", frozenset())
        )
    )


def _own(view: SavedView, actor: Any) -> None:
    if not may_change_view(actor, view):
        raise Denied("not_yours", _("Only whoever saved this view changes it. Save your own."))


def _may_share(team: Any, actor: Any) -> None:
    if team is not None and team.pk not in actor.access.staff_teams:
        raise Denied("not_your_team", _("You can share views with teams you are in."))


def _named(name: Any) -> str:
    words = " ".join(str(name or "").split())
    if not words:
        raise FieldErrors({"name": [("required", _("Give the view a name."))]})
    return words[:60]


def _kept(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        message = _("There is a view of this name already.")
        raise FieldErrors({"name": [("taken", message)]}) from None
    return view


def keep_run(resource: str, step: str, changed: list[dict[str, Any]], *, actor: Any) -> BulkRun:
    """Remember what was done to many records, so that it can be taken back for a while."""
    BulkRun.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()
    return BulkRun.objects.create(
        resource=resource, step=step, changed=changed, actor_id=actor.pk, at=clock.now()
    )


def close_run(run: BulkRun) -> bool:
    """Mark a run as taken back; False when somebody was quicker."""
    open_one = BulkRun.objects.filter(pk=run.pk, undone_at__isnull=True)
    return bool(open_one.update(undone_at=clock.now()))
