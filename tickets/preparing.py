"""Keeping canned replies and macros, saying what a macro will do, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.models import Team
from itsm.accounts.roles import Role
from itsm.accounts.trail import Change, changing
from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from tickets.prepared import CannedReply, Macro
from valuechain.records.actions import add_comment, hold_reply, lock_record, perform
from valuechain.records.models import Comment, Record
from valuechain.records.placeholders import fill, unfilled
from valuechain.records.policies import may_desk
from valuechain.records.sending import send_steps, step_named
from valuechain.records.vocabulary import Via, Visibility

MINE, EVERYBODY = "me", "all"


def audiences(actor: Any) -> list[tuple[str, str]]:
    """Return for whom the actor may keep something ready, as (key, words)."""
    found = [(MINE, _("Only me"))]
    if actor.access.is_admin:
        teams = Team.objects.filter(is_active=True)
        found.append((EVERYBODY, _("Everybody")))
    elif Role.TEAM_LEAD in actor.access.roles:
        teams = Team.objects.filter(pk__in=actor.access.teams, is_active=True)
    else:
        return found
    return found + [(str(team.pk), team.name) for team in teams]


def keep(
    model: type[CannedReply | Macro],
    values: Mapping[str, Any],
    *,
    actor: Any,
    pk: int | None = None,
) -> None:
    """Add something kept ready, or change it. Raises Denied for another audience than one's own."""
    given = dict(values)
    key = given.pop("audience")
    if key not in dict(audiences(actor)):
        raise Denied(
            "not_allowed", _("A team lead keeps this for a team, an administrator for all.")
        )
    given["owner_id"] = actor.pk if key == MINE else None
    given["team_id"] = int(key) if key not in (MINE, EVERYBODY) else None
    held = None if pk is None else model.objects.kept_by(actor).filter(pk=pk).first()
    is_own = given["owner_id"] is not None and (held is None or held.owner_id is not None)
    with _told(held, actor=actor, model=model, is_own=is_own) as change:
        if pk is None:
            change.row = model.objects.create(**given)
        else:
            model.objects.kept_by(actor).filter(pk=pk).update(**given)


def take_away(model: type[CannedReply | Macro], pk: int, *, actor: Any) -> None:
    """Take something off the shelf; doing so twice changes nothing."""
    held = model.objects.kept_by(actor).filter(pk=pk).first()
    if held is not None:
        with _told(held, actor=actor, model=model, is_own=held.owner_id is not None):
            held.delete()


def _told(held: Any, *, actor: Any, model: type[CannedReply | Macro], is_own: bool) -> Any:
    """Write down what is done to what others use too; what somebody keeps for themselves is theirs."""
    if is_own:
        return nullcontext(Change())
    return changing(actor, "canned_reply" if model is CannedReply else "macro", held)


def step_choices() -> list[tuple[str, Any]]:
    """Return the steps a macro can end with, over all kinds of ticket."""
    found = {step.name: step.label for steps in send_steps.values() for step in steps}
    return [("", _("Nothing more")), *found.items()]


def changes_of(macro: Macro, record: Record, *, actor: Any) -> list[dict[str, str]]:
    """Return what the macro will do to the record, in the order it does it: what, and the words."""
    found = []
    if macro.take:
        found.append({"what": _("Make it mine"), "words": ""})
    if macro.to_team is not None:
        found.append({"what": _("Give it to %(team)s") % {"team": macro.to_team}, "words": ""})
    for text, what in ((macro.note, _("Add an internal note")), (macro.reply, _("Send a reply"))):
        if text:
            found.append({"what": what, "words": fill(text, record=record, actor=actor)})
    step = step_named(record, macro.step) if macro.step else None
    if step is not None:
        transition = record.kind_entry.machine.transition(step.name, record.state)
        found.append({"what": str(transition.label), "words": ""})
    return found


def refusal_of(macro: Macro, record: Record, *, actor: Any) -> str:
    """Return why the macro cannot run on the record as it is, or nothing."""
    machine = record.kind_entry.machine
    if macro.step and step_named(record, macro.step) is None:
        return _("This kind of ticket has no such step.")
    if macro.step:
        possible = {step.name: step for step in machine.leaving(record.state)}
        if macro.step not in possible:
            return _("The ticket is not at a point where that step can be taken.")
        decision = machine.decide(possible[macro.step], record, actor)
        if not decision:
            return str(decision.reason)
    if (macro.take or macro.to_team_id) and not _assigning(record, actor):
        return _("The ticket cannot be given to anybody now.")
    open_ones = unfilled(fill(f"{macro.note}\n{macro.reply}", record=record, actor=actor))
    if open_ones:
        return _("Nothing to fill in for %(words)s.") % {"words": ", ".join(open_ones)}
    return ""


@transaction.atomic
def run(
    macro: Macro,
    record: Record,
    *,
    actor: Any,
    via: str = Via.HTML,
    expected_version: int | None = None,
) -> None:
    """Make the macro's changes through the doors people use, all of them or none.

    On a page a reply can be taken back like any other, and the step goes along with it. Raises
    RuleViolation, and StaleVersion when `expected_version` has passed.
    """
    record = lock_record(record, expected_version=expected_version)
    if not (may := may_desk(actor, record)):
        raise Denied.because(may)
    if refusal := refusal_of(macro, record, actor=actor):
        raise RuleViolation("macro_refused", refusal)
    record = _given_away(macro, record, actor=actor, via=via)
    note = fill(macro.note, record=record, actor=actor)
    reply = fill(macro.reply, record=record, actor=actor)
    if note:
        add_comment(record, body=note, visibility=Visibility.INTERNAL, actor=actor, via=via)
    if reply and actor.undo_seconds and via == Via.HTML:
        hold_reply(record, body=reply, actor=actor, seconds=actor.undo_seconds, step=macro.step)
        return
    if reply:
        add_comment(record, body=reply, visibility=Visibility.PUBLIC, actor=actor, via=via)
    step = step_named(record, macro.step) if macro.step else None
    if step is not None:
        answers = step.answers(reply or note or macro.title, clock.now())
        perform(record, step.name, actor=actor, via=via, data=answers)


def _given_away(macro: Macro, record: Record, *, actor: Any, via: str) -> Record:
    """Give the ticket to whom the macro says, and return it as it then is."""
    if not macro.take and macro.to_team is None:
        return record
    data: dict[str, Any] = {"team": macro.to_team} if macro.to_team is not None else {}
    if macro.take:
        data["owner"] = actor
    step = _assigning(record, actor)
    return perform(record, step, actor=actor, via=via, data=data).record.specific


def send_canned(canned: CannedReply, record: Record, *, actor: Any, via: str) -> Comment:
    """Send a canned reply, filled in for the record. Raises RuleViolation for what stays open."""
    if not (may := may_desk(actor, record)):
        raise Denied.because(may)
    text = fill(canned.body, record=record, actor=actor)
    if open_ones := unfilled(text):
        raise RuleViolation(
            "unfilled", _("Nothing to fill in for %(words)s.") % {"words": ", ".join(open_ones)}
        )
    return add_comment(record, body=text, visibility=Visibility.PUBLIC, actor=actor, via=via)


def _assigning(record: Record, actor: Any) -> str:
    machine = record.kind_entry.machine
    for step in machine.leaving(record.state):
        if step.name in ("assign", "reassign") and machine.decide(step, record, actor):
            return step.name
    return ""
