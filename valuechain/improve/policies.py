"""Who decides on improvements, and what has to be there before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import May, Phase
from valuechain.records.models import Link, Record
from valuechain.records.policies import is_requester, may_work, owner_or
from valuechain.records.vocabulary import LinkKind

#: Kinds whose end shows that something was really done about an improvement.
WORK = ("change", "release", "deployment", "work_order", "service_request", "problem")

may_decide: May = owner_or(
    Role.SERVICE_OWNER, Role.TEAM_LEAD, Role.BRM, Role.PLANNER, Role.CHANGE_MANAGER
)
may_answer_feedback: May = owner_or(
    Role.SERVICE_OWNER, Role.TEAM_LEAD, Role.BRM, Role.AGENT, Role.INTEGRATION
)


def may_suggest(actor: Any, record: Any) -> Decision:
    """Everybody who works here suggests; others give an idea as feedback."""
    if may_work(actor, record):
        return ALLOW
    return deny(_("Tell us your idea as feedback; the people who work on it enter it here."))


def may_give_feedback(actor: Any, feedback: Any) -> Decision:
    """Anybody says what they think themselves; the desk writes down what it is told."""
    if is_requester(actor, feedback) or may_work(actor, feedback):
        return ALLOW
    return deny(_("You can give feedback for yourself; the service desk can do it for others."))


def is_its_stakeholder(actor: Any, benefit: Any) -> Decision:
    """Whether the actor is the person who was to have the benefit; nobody stands in for them."""
    if is_requester(actor, benefit):
        return ALLOW
    return deny(_("Only the person who expected the benefit may say so."), code="not_stakeholder")


def has_owner_and_measure(improvement: Any) -> Decision:
    """Whether somebody owns it, and it can be seen afterwards whether it helped."""
    wanted = [
        ("owner", _("an owner"), improvement.owner_id),
        ("measure", _("a measure"), improvement.measure.strip()),
        ("baseline", _("the value before"), improvement.baseline is not None),
    ]
    missing = [(name, words) for name, words, value in wanted if not value]
    if not missing:
        return ALLOW
    return deny(
        _("Fill in first: %(words)s.")
        % {"words": ", ".join(str(words) for _name, words in missing)},
        missing=[name for name, _words in missing],
        code="not_measurable",
    )


def something_was_done(improvement: Any) -> Decision:
    """Whether a linked change, release or task is done. One query."""
    counts = ~Q(kind__in=[LinkKind.EVIDENCE_FOR, LinkKind.DUPLICATES])
    towards = Link.objects.filter(counts, target_id=improvement.pk).values("source_id")
    # What an improvement came from, or names as its cause, was done before it.
    counts &= ~Q(kind__in=[LinkKind.DERIVED_FROM, LinkKind.CAUSED_BY])
    away = Link.objects.filter(counts, source_id=improvement.pk).values("target_id")
    linked = Q(pk__in=towards) | Q(pk__in=away)
    done = Record.objects.filter(linked, kind__in=WORK, phase=Phase.DONE)
    if done.exists():
        return ALLOW
    return deny(
        _("Link the change, release or task that was done about it."),
        missing=["finished change, release or task"],
        code="nothing_done",
    )


def meets_target(improvement: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the value after is at the target or beyond, whichever way better is."""
    if improvement.target is None:
        return deny(_("Set the target first."), missing=["target"], code="no_target")
    better_is_more = improvement.target >= improvement.baseline
    after = answers["after_value"]
    reached = after >= improvement.target if better_is_more else after <= improvement.target
    if reached:
        return ALLOW
    return deny(
        _("%(after)s does not meet the target of %(target)s.")
        % {"after": after, "target": improvement.target},
        missing=["target met"],
        code="target_missed",
    )


def is_better_than_before(improvement: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the value moved towards the target at all."""
    after, before, target = answers["after_value"], improvement.baseline, improvement.target
    if target is None or (after > before if target >= before else after < before):
        return ALLOW
    return deny(
        _("%(after)s is no better than %(before)s before.") % {"after": after, "before": before},
        code="no_better",
    )


def leads_somewhere(feedback: Any) -> Decision:
    """Whether somebody made something of it."""
    derived = Record.objects.filter(
        Q(links_out__target_id=feedback.pk, links_out__kind=LinkKind.DERIVED_FROM)
        | Q(links_in__source_id=feedback.pk, links_in__kind=LinkKind.EVIDENCE_FOR)
    )
    if derived.exists():
        return ALLOW
    return deny(
        _("Send it to another activity, or link what came of it."),
        missing=["target"],
        code="no_target",
    )
