"""Where somebody who is refused a step finds what is missing.

A decision names what is missing in the words programs read: a field, a number, a kind. Here a page
turns each into a link to the place where it is put right, or leaves out what its sentence says already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from itsm.core.decisions import Decision
from valuechain.records.kinds import kinds
from valuechain.records.models import Record

_NUMBER = re.compile(r"[A-Z]{2,5}-\d+")
#: What is missing is named for programs, not for people.
_CODE = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that is missing, and where it is put right, if there is such a place."""

    label: str
    url: str = ""


def remedies(
    record: Record, decision: Decision, *, edit_url: str, flows: Sequence[Mapping[str, Any]] = ()
) -> list[Remedy]:
    """Return what may be done about a refusal: fields to fill, records to look at, work to hand on.

    `edit_url` is empty for those who may not edit; `flows` are the ones the page offers.
    """
    if not decision.missing:
        return []
    fields: list[str] = []
    found: list[Remedy] = []
    names = _names_of(record)
    for item in dict.fromkeys(str(one) for one in decision.missing):
        if item in names:
            fields.append(names[item])
        elif _NUMBER.fullmatch(item) and (kind := kinds.by_prefix(item)) is not None:
            found.append(Remedy(item, reverse("record-detail", args=[kind.resource, item])))
        elif item in kinds:
            found += _handed_on(item, flows)
        elif not _CODE.fullmatch(item) and item not in str(decision.reason):
            found.append(Remedy(item))
    if fields and edit_url:
        wanted = urlencode({"only": list(dict.fromkeys(fields))}, doseq=True)
        found.insert(0, Remedy(_("Fill in what is missing"), f"{edit_url}?{wanted}"))
    return found


def _names_of(record: Record) -> dict[str, str]:
    """Map what a decision may call a field to the field: its name, or its label."""
    meta = record.kind_entry.model._meta
    names = {name: name for name in record.kind_entry.editable}
    labels = {str(getattr(meta.get_field(name), "verbose_name", name)): name for name in names}
    return labels | names


def _handed_on(kind: str, flows: Sequence[Mapping[str, Any]]) -> list[Remedy]:
    return [
        Remedy(str(flow["label"]), flow["url"])
        for flow in flows
        if flow["to"] == kind and flow["decision"]
    ][:1]
