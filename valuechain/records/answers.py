"""Reading the answers to what a transition asks; the same for a form, the REST API and a mail.

An answer arrives as a string, number or object and leaves as the value the record keeps. Everything
wrong is reported at once, by field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from itsm.accounts.models import Team, User
from itsm.core.errors import FieldErrors
from itsm.core.machine import Ask, AskKind
from valuechain.records.kinds import kinds
from valuechain.records.models import Record

MAX_TEXT = 50_000
MAX_LINE = 300
#: Beyond these years a change of zone can leave the calendar.
_FIRST_YEAR, _LAST_YEAR = 1, 9999


class NotUnderstood(ValueError):  # noqa: N818 - it names what happened
    """One answer does not have the shape asked for; the message says what to write instead."""


def clean_answers(asks: Iterable[Ask], raw: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Return the typed answers to the asks, in their order.

    Raises FieldErrors naming each answer that is missing, not understood, or not asked for.
    """
    asks = tuple(asks)
    errors: dict[str, list[tuple[str, Any]]] = {}
    answers: dict[str, Any] = {}
    for name in raw.keys() - {ask.name for ask in asks}:
        errors[name] = [("unknown", _("This is not asked for here."))]
    for ask in asks:
        value = raw.get(ask.name)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            if ask.required:
                errors[ask.name] = [("required", _("%(label)s is needed.") % {"label": ask.label})]
            continue
        try:
            answers[ask.name] = _READERS[ask.kind](ask, value, actor)
        except NotUnderstood as problem:
            errors[ask.name] = [("not_understood", str(problem))]
    if errors:
        raise FieldErrors(errors)
    return answers


def _text(limit: int) -> Callable[[Ask, Any, Any], str]:
    def read(_ask: Ask, value: Any, _actor: Any) -> str:
        if not isinstance(value, str):
            raise NotUnderstood(_("Write text."))
        if len(value) > limit:
            raise NotUnderstood(
                _("This has %(count)d characters; at most %(limit)d fit.")
                % {"count": len(value), "limit": limit}
            )
        if "\x00" in value:
            raise NotUnderstood(_("Remove the NUL character."))
        return value

    return read


def _choice(ask: Ask, value: Any, _actor: Any) -> Any:
    for known, _label in ask.choices:
        if str(value) == str(known):
            return known
    words = ", ".join(str(known) for known, _label in ask.choices)
    raise NotUnderstood(_("Choose one of: %(words)s.") % {"words": words})


def _boolean(_ask: Ask, value: Any, _actor: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"true", "1", "on", "yes"}:
        return True
    if str(value).lower() in {"false", "0", "off", "no"}:
        return False
    raise NotUnderstood(_("Write true or false."))


def _integer(_ask: Ask, value: Any, _actor: Any) -> int:
    try:
        number = int(str(value)) if not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or abs(number) > 2**31 - 1:
        raise NotUnderstood(_("Write a whole number."))
    return number


def _decimal(_ask: Ask, value: Any, _actor: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise NotUnderstood(_("Write a number such as 1250.50."))
    return round(number, 2)


def _date(_ask: Ask, value: Any, _actor: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        found = parse_date(str(value))
    except ValueError:
        found = None
    if found is None:
        raise NotUnderstood(_("Write a date such as 2026-12-24."))
    return found


def _instant(_ask: Ask, value: Any, _actor: Any) -> datetime:
    if isinstance(value, datetime):
        found: datetime | None = value
    else:
        try:
            found = parse_datetime(str(value))
        except ValueError:
            found = None
    if found is None or found.tzinfo is None or not _FIRST_YEAR < found.year < _LAST_YEAR:
        raise NotUnderstood(_("Write a date and time with its zone, such as 2026-12-24T09:00:00Z."))
    return found.astimezone(UTC)


def _person(_ask: Ask, value: Any, actor: Any) -> User:
    if isinstance(value, User):
        return value
    return find_person(str(value), actor=actor)


def find_person(words: str, *, actor: Any) -> User:
    """Find one active person by `me`, id, e-mail address, `Name <address>`, or full name.

    Raises NotUnderstood when nobody or more than one person fits.
    """
    words = words.strip()
    if words == "me" and isinstance(actor, User):
        return actor
    address = words.rpartition("<")[2].rstrip(">").strip().lower()
    people = User.objects.filter(is_active=True)
    if words.isascii() and words.isdigit() and len(words) < 19:
        found = list(people.filter(pk=int(words))[:1])
    elif "@" in address:
        found = list(people.filter(email=address)[:1])
    else:
        found = list(people.filter(Q(name__iexact=words) | Q(phone=words))[:3])
    if len(found) == 1:
        return found[0]
    if found:
        raise NotUnderstood(
            _("More than one person is called “%(words)s”; use the e-mail address.")
            % {"words": words}
        )
    raise NotUnderstood(_("Nobody here is known as “%(words)s”.") % {"words": words})


def _team(_ask: Ask, value: Any, _actor: Any) -> Team:
    if isinstance(value, Team):
        return value
    words = str(value).strip()
    is_id = words.isascii() and words.isdigit() and len(words) < 19
    by = Q(pk=int(words)) if is_id else Q(name__iexact=words)
    team = Team.objects.filter(by, is_active=True).first()
    if team is None:
        raise NotUnderstood(_("There is no team “%(words)s”.") % {"words": words})
    return team


def _record(ask: Ask, value: Any, actor: Any) -> Record:
    if isinstance(value, Record):
        return value
    return find_record(str(value), actor=actor, of=ask.kinds)


def find_record(words: str, *, actor: Any, of: Iterable[str] = ()) -> Record:
    """Find a record the actor may see by its number; `INC-1007 Printer` will do.

    `of` limits the answer to kinds. Raises NotUnderstood when there is none, in the same words as
    for one they may not see.
    """
    number = words.strip().lstrip("#").split(" ", 1)[0].upper()
    record = Record.objects.visible_to(actor).filter(number=number).first() if number else None
    if record is None:
        raise NotUnderstood(_("There is no record “%(number)s”.") % {"number": number})
    wanted = [kind for kind in of if kind]
    if wanted and record.kind not in wanted:
        names = [str(kinds[kind].label) if kind in kinds else kind for kind in wanted]
        raise NotUnderstood(
            _("%(number)s is not one of: %(kinds)s.")
            % {"number": record.number, "kinds": ", ".join(names)}
        )
    return record


_READERS: dict[AskKind, Callable[[Ask, Any, Any], Any]] = {
    AskKind.TEXT: _text(MAX_TEXT),
    AskKind.LINE: _text(MAX_LINE),
    AskKind.CHOICE: _choice,
    AskKind.BOOLEAN: _boolean,
    AskKind.INTEGER: _integer,
    AskKind.DECIMAL: _decimal,
    AskKind.DATE: _date,
    AskKind.INSTANT: _instant,
    AskKind.PERSON: _person,
    AskKind.TEAM: _team,
    AskKind.RECORD: _record,
}


def for_audit(value: Any) -> Any:
    """Return an answer in the words the audit trail keeps."""
    if isinstance(value, Record):
        return value.number
    if isinstance(value, User | Team):
        return str(value)
    return value
