"""Bringing people in from a file: what each line would do is told first, then done."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from itsm.accounts.administering import may_administer, save_person
from itsm.accounts.models import Organisation, User
from itsm.core.errors import Denied, FieldErrors

COLUMNS = ("name", "email", "phone", "employee_number", "place", "organisation")
NEEDED = ("name", "organisation")
#: What a column is called in other people's tables.
SPELLINGS = {
    "e-mail": "email", "e_mail": "email", "mail": "email", "e-mail_address": "email",
    "email_address": "email", "e-mail-adresse": "email", "telefon": "phone", "telephone": "phone",
    "personalnummer": "employee_number", "ort": "place", "standort": "place", "location": "place",
    "firma": "organisation", "company": "organisation", "organization": "organisation",
}  # fmt: skip
#: More lines than this are brought in by the REST interface.
MOST = 2_000
NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass
class Line:
    """One person of the file: what is said of them, who they are here, what would be done."""

    number: int
    said: dict[str, Any]
    person: User | None = None
    outcome: str = NEW
    reason: str = ""
    changes: list[str] = field(default_factory=list)


def read_people(text: str) -> list[Line]:
    """Return what each line would do. Raises FieldErrors for a file that is none of this kind.

    People are known by their address, and without one by their employee number. Four queries.
    """
    rows = _rows(text)
    places = {one.name.lower(): one for one in Organisation.objects.filter(is_active=True)}
    lines = [Line(number, said) for number, said in rows]
    known = _known(line.said for line in lines)
    seen: set[str] = set()
    for line in lines:
        _judge(line, places, known, seen)
    return lines


@transaction.atomic
def bring_people(text: str, *, actor: Any) -> dict[str, int]:
    """Add and change people as the file says; lines that were refused are left out. Raises Denied."""
    decision = may_administer(actor)
    if not decision:
        raise Denied.because(decision)
    done = {NEW: 0, CHANGED: 0}
    for line in read_people(text):
        if line.outcome in done:
            save_person(line.person, line.said, actor=actor)
            done[line.outcome] += 1
    return done


def _rows(text: str) -> list[tuple[int, dict[str, Any]]]:
    text = text.lstrip("\ufeff")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    try:
        table = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise _refusal(_("This is not a table of comma-separated values.")) from None
    if not table:
        raise _refusal(_("The file is empty."))
    written = [cell.strip().lower().replace(" ", "_") for cell in table[0][1]]
    names = [SPELLINGS.get(name, name) for name in written]
    for name in names:
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise _refusal(
                _("There is no column “%(name)s”. There are: %(known)s.")
                % {"name": name[:60], "known": known}
            )
    if missing := [name for name in NEEDED if name not in names]:
        raise _refusal(_("The first line has to name: %(names)s.") % {"names": ", ".join(missing)})
    if len(table) - 1 > MOST:
        raise _refusal(_("A file holds at most %(most)d people.") % {"most": MOST})
    return [
        (number, dict(zip(names, (cell.strip() for cell in row), strict=False)))
        for number, row in table[1:]
    ]


def _refusal(message: str) -> FieldErrors:
    return FieldErrors({"file": [("not_understood", message)]})


def _known(said: Iterable[Mapping[str, str]]) -> dict[str, User]:
    """Return the people here by what they are known by."""
    rows = list(said)
    emails = {row["email"].lower() for row in rows if row.get("email")}
    numbers = {row["employee_number"] for row in rows if row.get("employee_number")}
    people = User.objects.select_related("organisation")
    by_number = people.filter(employee_number__in=numbers)
    by_email = people.annotate(address=Lower("email")).filter(address__in=emails)
    return {
        **{f"number {one.employee_number}": one for one in by_number},
        **{f"email {str(one.email).lower()}": one for one in by_email},
    }


def _judge(
    line: Line, places: Mapping[str, Organisation], known: Mapping[str, User], seen: set[str]
) -> None:
    said = line.said
    email, number = said.get("email", "").lower(), said.get("employee_number", "")
    place = places.get(said.get("organisation", "").lower())
    line.reason = _problem(said, email, place, seen)
    if line.reason:
        line.outcome = REFUSED
        return
    seen.update(key for key in (email, number and f"number {number}") if key)
    line.said = {**said, "organisation": place}
    if "email" in said:
        line.said["email"] = email or None
    line.person = known.get(f"email {email}") or (
        known.get(f"number {number}") if number and not email else None
    )
    if line.person is None:
        return
    line.changes = [
        name
        for name, value in line.said.items()
        if (getattr(line.person, name) or "") != (value or "")
    ]
    line.outcome = CHANGED if line.changes else SAME


def _problem(
    said: Mapping[str, str], email: str, place: Organisation | None, seen: set[str]
) -> str:
    if not said.get("name"):
        return _("It has no name.")
    for name in COLUMNS:
        longest = getattr(User._meta.get_field(name), "max_length", None)
        if name != "organisation" and longest and len(said.get(name, "")) > longest:
            return _("“%(name)s” is longer than %(most)d characters.") % {
                "name": name, "most": longest,
            }  # fmt: skip
    if place is None:
        return _("There is no organisation “%(name)s”.") % {
            "name": said.get("organisation", "")[:80]
        }
    number = said.get("employee_number", "")
    if email in seen or (number and f"number {number}" in seen):
        return _("A line before says the same address or employee number.")
    try:
        validate_email(email) if email else None
    except ValidationError:
        return _("“%(email)s” is not an e-mail address.") % {"email": email[:80]}
    return ""
