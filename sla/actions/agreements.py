"""Writing agreements: a draft is edited, publishing it freezes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts.trail import changing
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from sla import shapes
from sla.calendars import TEN_YEARS_S
from sla.models import Agreement, AgreementVersion, Calendar, Rollout
from sla.policies import may_set_service_levels
from sla.published import turn_page
from sla.vocabulary import AgreementKind, OnChange, RolloutMode

_CHECKS: dict[str, Callable[[Any], Any]] = {
    "conditions": shapes.check_conditions,
    "targets": shapes.check_targets,
    "pausable": shapes.check_pausable,
    "steps": shapes.check_steps,
    "quiet_hours": shapes.check_quiet_hours,
}
_PLAIN = ("calendar", "on_change", "grace_s", "reopen_window_s")


@transaction.atomic
def create_agreement(
    *, name: str, kind: str, actor: Any, terms: Mapping[str, Any]
) -> AgreementVersion:
    """Create an agreement with its first draft. Raises Denied and FieldErrors.

    `terms` holds calendar, targets, and any of conditions, pausable, on_change, grace_s,
    reopen_window_s, steps, quiet_hours.
    """
    _refuse_others(actor)
    name = name.strip()
    if not name:
        raise FieldErrors({"name": [("required", _("Give the agreement a name."))]})
    if kind not in AgreementKind.values:
        raise FieldErrors({"kind": [("not_understood", _("Write sla, ola or uc."))]})
    with changing(actor, "agreement", also=_edition) as change:
        try:
            with transaction.atomic():
                change.row = Agreement.objects.create(name=name, kind=kind)
        except IntegrityError:
            raise FieldErrors(
                {"name": [("taken", _("There is an agreement of this name already."))]}
            ) from None
        return _save(AgreementVersion(agreement=change.row, number=1), terms)


@transaction.atomic
def draft_agreement(
    agreement: Agreement, terms: Mapping[str, Any], *, actor: Any
) -> AgreementVersion:
    """Change the draft of an agreement; without one, begin it from the latest edition."""
    _refuse_others(actor)
    locked = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    newest = locked.versions.order_by("-number").first()
    if newest is not None and newest.is_published:
        newest.pk, newest.number = None, newest.number + 1
        newest.published_at = newest.published_by = None
        newest._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    with changing(actor, "agreement", locked, verb="drafted", also=_edition):
        draft = _save(newest or AgreementVersion(agreement=locked, number=1), terms)
        locked.version += 1
        locked.save(update_fields=["version"])
    return draft


@transaction.atomic
def publish_agreement(
    agreement: Agreement, *, actor: Any, apply_to_running: bool = False
) -> AgreementVersion:
    """Put the draft in force for clocks that start from now on, and for good.

    With `apply_to_running` the clocks of its earlier editions follow too, counted as the agreement
    says for a change. Raises Denied and RuleViolation("nothing_to_publish" | "calendar_unpublished").
    """
    _refuse_others(actor)
    locked = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    draft = locked.versions.filter(published_at__isnull=True).first()
    if draft is None:
        raise RuleViolation("nothing_to_publish", _("There is no draft. Change something first."))
    if not draft.calendar.versions.published().exists():
        raise RuleViolation("calendar_unpublished", _("Publish the calendar first."))
    with changing(actor, "agreement", locked, verb="published", also=_edition):
        draft.published_at, draft.published_by_id = clock.now(), actor.pk
        draft.save(update_fields=["published_at", "published_by"])
        _change(locked, is_active=True)
    if apply_to_running:
        _roll_out(draft)
    return draft


@transaction.atomic
def retire_agreement(agreement: Agreement, *, actor: Any, stop_running: bool = True) -> Agreement:
    """Let no new clock obey an agreement; those that run end, unless told to go on to their end."""
    _refuse_others(actor)
    locked = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    with changing(actor, "agreement", locked, verb="ended"):
        _change(locked, is_active=False)
    newest = locked.versions.published().order_by("-number").first()
    if stop_running and newest is not None:
        _roll_out(newest)
    return locked


def _edition(agreement: Agreement) -> dict[str, Any]:
    """Return the newest edition, for the trail."""
    newest = agreement.versions.select_related("calendar").order_by("-number").first()
    if newest is None:
        return {}
    said = {name: getattr(newest, name) for name in (*_CHECKS, *_PLAIN)}
    return {**said, "edition": newest.number, "is_published": newest.is_published}


def _roll_out(version: AgreementVersion) -> None:
    Rollout.objects.create(agreement_version=version, mode=RolloutMode.RECOMPUTE, at=clock.now())


def _change(agreement: Agreement, *, is_active: bool) -> None:
    agreement.is_active = is_active
    agreement.version += 1
    agreement.save(update_fields=["is_active", "version"])
    turn_page()


def fill_draft(draft: AgreementVersion, terms: Mapping[str, Any]) -> AgreementVersion:
    """Put terms that were checked into a draft; nothing is saved. Raises FieldErrors."""
    unknown = [name for name in terms if name not in _CHECKS and name not in _PLAIN]
    if unknown:
        raise FieldErrors({name: [("unknown", _("This field is not known."))] for name in unknown})
    for name, value in terms.items():
        check = _CHECKS.get(name)
        setattr(draft, name, check(value) if check else value)
    if not isinstance(getattr(draft, "calendar", None), Calendar):
        raise FieldErrors({"calendar": [("required", _("Choose a calendar."))]})
    shapes.check_targets(draft.targets)
    if draft.on_change not in OnChange.values:
        raise shapes.refuse("on_change", _("Use one of: %s.") % ", ".join(OnChange.values))
    for name in ("grace_s", "reopen_window_s"):
        value = getattr(draft, name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= TEN_YEARS_S
        ):
            raise shapes.refuse(name, _("Whole seconds from 0 to ten years."))
    return draft


def _save(draft: AgreementVersion, terms: Mapping[str, Any]) -> AgreementVersion:
    fill_draft(draft, terms).save()
    return draft


def _refuse_others(actor: Any) -> None:
    decision = may_set_service_levels(actor)
    if not decision:
        raise Denied.because(decision)
