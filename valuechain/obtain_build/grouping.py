"""The list of components read in groups: by the place they are needed in, by the release they go into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import DateField, F, IntegerField, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Trim, Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.machine import Phase
from valuechain.records.models import Link, Record
from valuechain.records.panels import Grouping
from valuechain.records.vocabulary import LinkKind

#: Without a date it is needed last.
_NEVER = date(9999, 12, 31)
_BY_DATE = Coalesce(F("as_component__needed_at"), Value(_NEVER), output_field=DateField())


def _by_place(rows: Any) -> Any:
    place = Coalesce(F("as_component__needed_location"), Value(""), output_field=TextField())
    return rows.annotate(place_key=Upper(Trim(place)), needed_key=_BY_DATE)


def _by_release(rows: Any) -> Any:
    """The first release that deploys it, or else the first of a specification it is built to."""
    releases = Link.objects.filter(source__kind="release").exclude(source__phase=Phase.VOID)
    direct = releases.filter(kind=LinkKind.DEPLOYS, target=OuterRef("pk"))
    by_spec = releases.filter(
        kind=LinkKind.IMPLEMENTS,
        target__links_in__kind=LinkKind.IMPLEMENTS,
        target__links_in__source=OuterRef("pk"),
    )
    first = (
        Subquery(found.order_by("source_id").values("source_id")[:1]) for found in (direct, by_spec)
    )
    return rows.annotate(
        release_key=Coalesce(*first, Value(0), output_field=IntegerField()), needed_key=_BY_DATE
    )


def _places(rows: Sequence[Any], _actor: Any) -> dict[int, tuple[str, str]]:
    nowhere = _("Nobody said where it is needed")
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.place_key, row.needed_location.strip() or nowhere)
    return {row.pk: (first[row.place_key], "") for row in rows}


def _releases(rows: Sequence[Any], actor: Any) -> dict[int, tuple[str, str]]:
    wanted = {row.release_key for row in rows} - {0}
    found = Record.objects.visible_to(actor).in_bulk(wanted) if wanted else {}
    none, unseen = (_("In no release yet"), ""), (_("In a release you have no access to"), "")
    headings = {0: none} | {
        pk: (f"{release.number} {release.title}", release.get_absolute_url())
        for pk, release in found.items()
    }
    return {row.pk: headings.get(row.release_key, unseen) for row in rows}


GROUPS = {
    "release": Grouping(
        gettext_lazy("By release"), _by_release, ("release_key", "needed_key"), _releases
    ),
    "place": Grouping(gettext_lazy("By place"), _by_place, ("place_key", "needed_key"), _places),
}
