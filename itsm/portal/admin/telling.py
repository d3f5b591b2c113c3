"""The audit log in people's words: what was done to what, which fields, from what to what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.models import Organisation, SignInRules, Team, User
from itsm.accounts.roles import Role
from itsm.accounts.trail import EMPTY
from itsm.branding.models import Brand
from itsm.core.wording import absolute, hour_span, short_span
from itsm.webhooks.models import Webhook
from sla.models import Agreement, AgreementVersion, Calendar
from sla.vocabulary import Metric
from tickets.mail.models import Mailbox, SenderRule
from tickets.models import RoutingRule
from tickets.prepared import CannedReply, Macro
from valuechain.approvals.models import ApprovalPolicy
from valuechain.deliver_support.models import ChangeFreeze
from valuechain.records.kinds import kinds
from valuechain.records.models import Event
from valuechain.records.telling import SIDES, field_label, fixed_words, said_value, what_it_was
from valuechain.streams.models import ValueStream

#: What an administrator sets up: its word, and the models whose fields say how it is.
THINGS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "agreement": (gettext_lazy("Agreement"), (Agreement, AgreementVersion)),
    "approval_policy": (gettext_lazy("Approval policy"), (ApprovalPolicy,)),
    "branding": (gettext_lazy("Branding"), (Brand,)),
    "calendar": (gettext_lazy("Business calendar"), (Calendar,)),
    "canned_reply": (gettext_lazy("Canned reply"), (CannedReply,)),
    "change_freeze": (gettext_lazy("Change freeze"), (ChangeFreeze,)),
    "import": (gettext_lazy("Import"), ()),
    "integration": (gettext_lazy("Program"), ()),
    "macro": (gettext_lazy("Macro"), (Macro,)),
    "mailbox": (gettext_lazy("Mailbox"), (Mailbox,)),
    "organisation": (gettext_lazy("Organisation"), (Organisation,)),
    "person": (gettext_lazy("Person"), (User,)),
    "priorities": (gettext_lazy("Priorities"), ()),
    "role": (gettext_lazy("Role"), ()),
    "routing_rule": (gettext_lazy("Routing rule"), (RoutingRule,)),
    "sender_rule": (gettext_lazy("Rule for senders"), (SenderRule,)),
    "sign_in": (gettext_lazy("Signing in"), (SignInRules,)),
    "team": (gettext_lazy("Team"), (Team,)),
    "token": (gettext_lazy("API token"), ()),
    "value_stream": (gettext_lazy("Value stream"), (ValueStream,)),
    "webhook": (gettext_lazy("Webhook"), (Webhook,)),
}
DONE: dict[str, Any] = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "drafted": gettext_lazy("draft changed"),
    "ended": gettext_lazy("ended"),
    "file_removed": gettext_lazy("file removed"),
    "file_sent": gettext_lazy("file uploaded"),
    "granted": gettext_lazy("given"),
    "invited": gettext_lazy("invited by mail"),
    "lifted": gettext_lazy("lifted"),
    "locked": gettext_lazy("may no longer sign in"),
    "made": gettext_lazy("made"),
    "member_added": gettext_lazy("member added"),
    "member_removed": gettext_lazy("member removed"),
    "moved": gettext_lazy("moved"),
    "password_link": gettext_lazy("link for a new password shown"),
    "published": gettext_lazy("put in force"),
    "removed": gettext_lazy("removed"),
    "second_step_removed": gettext_lazy("second step removed"),
    "secret_renewed": gettext_lazy("secret renewed"),
    "sent_again": gettext_lazy("delivery sent again"),
    "started": gettext_lazy("begun"),
    "unlocked": gettext_lazy("may sign in again"),
    "withdrawn": gettext_lazy("withdrawn"),
}
#: Words for fields whose model says none.
_FIELDS: dict[str, Any] = {
    "accent": gettext_lazy("colour in the light theme"),
    "accent_dark": gettext_lazy("colour in the dark theme"),
    "calendar": gettext_lazy("calendar"),
    "conditions": gettext_lazy("holds for"),
    "days_active": gettext_lazy("days off"),
    "days_awaiting_review": gettext_lazy("days off to be looked at"),
    "delivery": gettext_lazy("delivery"),
    "edition": gettext_lazy("edition"),
    "feed": gettext_lazy("calendar it follows"),
    "grace_s": gettext_lazy("grace after a change"),
    "hours": gettext_lazy("hours"),
    "incidents": gettext_lazy("incidents"),
    "is_active": gettext_lazy("in use"),
    "is_lead": gettext_lazy("leads the team"),
    "is_published": gettext_lazy("put in force"),
    "is_service_account": gettext_lazy("is a program"),
    "logo": gettext_lazy("logo"),
    "mailbox": gettext_lazy("mailbox"),
    "on_change": gettext_lazy("when the priority changes"),
    "organisation": gettext_lazy("organisation"),
    "organisations": gettext_lazy("organisations"),
    "owner": gettext_lazy("owner"),
    "parent": gettext_lazy("belongs to"),
    "pausable": gettext_lazy("clocks that pause"),
    "person": gettext_lazy("person"),
    "program": gettext_lazy("token"),
    "quiet_hours": gettext_lazy("quiet hours"),
    "reopen_window_s": gettext_lazy("a new cycle when reopened after"),
    "role": gettext_lazy("role"),
    "scopes": gettext_lazy("scopes"),
    "secret": gettext_lazy("secret"),
    "old_secret": gettext_lazy("former secret"),
    "old_secret_until": gettext_lazy("former secret holds until"),
    "services": gettext_lazy("services"),
    "steps": gettext_lazy("steps"),
    "targets": gettext_lazy("promised"),
    "team": gettext_lazy("team"),
    "until": gettext_lazy("until"),
    "where": gettext_lazy("where"),
    # Of a calendar's hours, of what an agreement holds for, and of its steps.
    "always_open": gettext_lazy("around the clock"),
    "holidays": gettext_lazy("days off"),
    "tz": gettext_lazy("time zone"),
    "weekly": gettext_lazy("week"),
    "kinds": gettext_lazy("kinds"),
    "priorities": gettext_lazy("priorities"),
    "percent": gettext_lazy("at percent of the time"),
    "actions": gettext_lazy("what is done"),
    "do": gettext_lazy("do"),
    "who": gettext_lazy("who"),
    "any": gettext_lazy("any priority"),
    "mon": gettext_lazy("Monday"), "tue": gettext_lazy("Tuesday"), "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"), "fri": gettext_lazy("Friday"), "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}  # fmt: skip
#: What stands in a value by a short name.
_VALUES: dict[str, Any] = {
    "everywhere": gettext_lazy("everywhere"),
    "notify": gettext_lazy("tell"),
    "owner": gettext_lazy("the owner"),
    "set": gettext_lazy("set"),
    "set anew": gettext_lazy("set anew"),
    "team": gettext_lazy("the team"),
    "team_leads": gettext_lazy("the leads of the team"),
}
#: Names of parts that say nothing to people.
_UNSAID = frozenset({"key", "logo_width", "logo_height", "changed_at", "changed_by", "place"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?= |$)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_NOTHING = "–"  # noqa: RUF001 - a dash in print
#: A longer value is folded away behind what it is.
LONG = 160


@dataclass(frozen=True)
class Line:
    """One thing that was said or changed: its name, what it was, and what it is."""

    name: str
    was: str
    now: str

    @property
    def is_long(self) -> bool:
        return len(self.was) + len(self.now) > LONG


def setup_words(verb: str) -> str:
    """Say what was done to what an administrator sets up."""
    noun, _dot, done = verb.partition(".")
    thing = THINGS[noun][0] if noun in THINGS else _plain(noun)
    return _("%(thing)s: %(done)s") % {"thing": thing, "done": DONE.get(done, _plain(done))}


def verbs_of_setup(words: str) -> list[str]:
    """Return the nouns and verbs whose words, as the reader sees them, hold some words."""
    sought = words.casefold()
    nouns = [f"{name}." for name, (label, _of) in THINGS.items() if sought in str(label).casefold()]
    return nouns + [f".{name}" for name, label in DONE.items() if sought in str(label).casefold()]


def setup_lines(verb: str, data: Mapping[str, Any]) -> list[Line]:
    """Return what differs, each with what it was and is, and what else was said of it."""
    noun = verb.partition(".")[0]
    pairs = data.get("changed", {})
    # Of something new there is nothing to say how it was before.
    is_new = not any(was not in EMPTY for was, _now in pairs.values())
    lines = [
        Line(
            name=_named(noun, name),
            was="" if is_new else _said(noun, name, was),
            now=_said(noun, name, now),
        )
        for name, (was, now) in pairs.items()
        if name not in _UNSAID
    ]
    more = [
        Line(_named(noun, name), "", _said(noun, name, value))
        for name, value in data.items()
        if name != "changed"
    ]
    return [line for line in lines if line.was != line.now] + more


def verbs_of_records(words: str) -> list[str]:
    """Return the verbs of records whose words, as the reader sees them, hold some words."""
    sought = words.casefold()
    steps = {
        f"{kind.name}.{step.name}": step.label
        for kind in kinds
        for step in kind.machine.transitions
    }
    told = {**steps, **{verb: said for verb, (_kind, said) in fixed_words().items()}}
    return [verb for verb, label in told.items() if sought in str(label).casefold()]


def event_words(event: Event) -> str:
    """Say what happened to a record."""
    words = str(what_it_was(event, event.record)[1])
    return words[:1].upper() + words[1:]


def event_states(event: Event) -> tuple[str, str]:
    """Return the states it went from and to; nothing where it stayed."""
    if not event.to_state or event.from_state == event.to_state:
        return "", ""
    if not event.from_state and not event.verb.endswith(".opened"):
        return "", ""
    machine = event.record.kind_entry.machine
    was = str(machine.state(event.from_state).label) if event.from_state else ""
    return was, str(machine.state(event.to_state).label)


def event_lines(event: Event) -> list[Line]:
    """Return what an event says beside: changed fields, answers, and the rest by name."""
    return list(_event_lines(event, event.data))


def _event_lines(event: Event, data: Mapping[str, Any]) -> Iterator[Line]:
    for change in data.get("changes", []):
        name = field_label(event.record, change["field"])
        before, after = (
            said_value(event.record, change["field"], change.get(when)) for when in SIDES
        )
        yield Line(name, _value(before), _value(after))
    for name, value in data.get("answers", {}).items():
        said = said_value(event.record, name, value)
        yield Line(field_label(event.record, name), "", _value(said))
    if isinstance(data.get("internal"), dict):
        yield from _event_lines(event, data["internal"])
    for name, value in data.items():
        if name not in ("changes", "answers", "internal") and value not in EMPTY:
            yield Line(_plain(name).capitalize(), "", _value(value))


def _of_record(event: Event, name: str, value: Any) -> str:
    """Return the value of a field of a record as people read it."""
    try:
        field: Any = event.record.kind_entry.model._meta.get_field(name)
    except FieldDoesNotExist:
        return _value(value)
    return _chosen(field, value) or _value(value)


def _chosen(field: Any, value: Any) -> str:
    """Return the words of a choice; nothing where a field has none, or not this one."""
    if not isinstance(value, str | int) or value in EMPTY or not getattr(field, "choices", None):
        return ""
    return str(dict(field.flatchoices).get(value, ""))


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _field(noun: str, name: str) -> Any:
    """Return the column a word of the trail is the name of; None where it is none."""
    for model in THINGS.get(noun, ("", ()))[1]:
        try:
            return model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
    return None


def _named(noun: str, name: str) -> str:
    field = _field(noun, name)
    label = getattr(field, "verbose_name", None)
    if isinstance(label, Promise):
        return str(label)
    return str(_FIELDS.get(name, _plain(name)))


def _said(noun: str, name: str, value: Any) -> str:
    """Return a value as people read it."""
    if value in EMPTY:
        return _NOTHING
    if name == "role":
        return str(dict(Role.choices).get(value, value))
    if name == "targets" and isinstance(value, dict):
        return "; ".join(_promises(value))
    if name.endswith("_s") and isinstance(value, int):
        return short_span(value) if value else _("none")
    if chosen := _chosen(_field(noun, name), value):
        return chosen
    if name == "pausable" and isinstance(value, list):
        return ", ".join(str(dict(Metric.choices).get(one, one)) for one in value)
    if name.startswith("days_") or name == "organisations":
        return ", ".join(_value(one) for one in value)
    return _value(value)


def _promises(targets: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    labels = dict(Metric.choices)
    for key, promised in targets.items():
        spans = ", ".join(f"{labels.get(one, one)} {hour_span(s)}" for one, s in promised.items())
        yield f"{_FIELDS.get(key, key)}: {spans}"


def _value(value: Any) -> str:
    if value in EMPTY:
        return _NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        value = {**value, "weekly": _week(value["weekly"])} if "weekly" in value else value
        return (
            "; ".join(
                f"{_FIELDS.get(name, _plain(name))}: {_value(one)}"
                for name, one in value.items()
                if name not in _UNSAID and one not in EMPTY
            )
            or _NOTHING
        )
    if isinstance(value, list):
        return _listed(value)
    return _word(str(value))


def _week(days: Mapping[str, Any]) -> str:
    """Say which hours of which day, the days in their order."""
    told = []
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
        spans = [span for span in days.get(day) or [] if isinstance(span, list)]
        if spans:
            told.append(f"{_FIELDS[day]} {', '.join('–'.join(span) for span in spans)}")  # noqa: RUF001 - a dash in print
    return ", ".join(told)


def _listed(value: Iterable[Any]) -> str:
    parts = list(value)
    if parts and all(isinstance(one, dict) for one in parts):
        return "; ".join(_step(one) for one in parts)
    return ", ".join(_value(one) for one in parts)


def _step(said: dict[str, Any]) -> str:
    """Say one step of an agreement; anything else by its parts."""
    if "percent" not in said or not isinstance(said.get("actions"), list):
        return _value(said)
    done = [f"{_value(one.get('do'))} {_value(one.get('who'))}" for one in said["actions"]]
    return _("at %(percent)s%%: %(done)s") % {"percent": said["percent"], "done": ", ".join(done)}


def _word(text: str) -> str:
    if text in _VALUES:
        return str(_VALUES[text])
    if text in kinds:
        return str(kinds[text].label)
    if _INSTANT.match(text) and (moment := parse_datetime(text)):
        return absolute(moment)
    if (said := _DATE.match(text)) and (day := parse_date(said[0])):
        return date_format(day, "j M Y") + text[said.end() :]
    return text
