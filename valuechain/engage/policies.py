"""Who may decide what about needs, and what has to be there before."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core import clock
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import May, Phase
from valuechain.engage.models import Need, SupplierRequest
from valuechain.engage.vocabulary import APPEAL_WINDOW, ROUTABLE, TARGETS
from valuechain.records.models import Handover, Record
from valuechain.records.policies import is_requester, may_desk, may_work, owner_or
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.vocabulary import LinkKind

may_triage: May = owner_or(Role.BRM)
may_keep_relations: May = owner_or(Role.BRM, Role.TEAM_LEAD, Role.SERVICE_OWNER, Role.PLANNER)
may_log_interaction: May = owner_or(
    Role.BRM, Role.AGENT, Role.TEAM_LEAD, Role.SERVICE_OWNER, Role.PLANNER, Role.BUYER
)
may_speak_with_suppliers: May = owner_or(
    Role.BRM, Role.BUYER, Role.BUILDER, Role.AGENT, Role.TEAM_LEAD, Role.SERVICE_OWNER,
    Role.INTEGRATION,
)  # fmt: skip


def may_state_need(actor: Any, need: Any) -> Decision:
    """Anybody states what they need; those who work here note it down for others."""
    if is_requester(actor, need) or may_work(actor, need):
        return ALLOW
    return deny(_("You can state what you need yourself; your liaison can do it for others."))


def is_its_stakeholder(actor: Any, need: Any) -> Decision:
    """Whether the actor is the person the need came from; nobody stands in for them."""
    if is_requester(actor, need):
        return ALLOW
    if actor.pk is not None and need.stakeholder_id is not None:
        person = Record.objects.filter(pk=need.stakeholder_id).values_list("as_stakeholder__person")
        if (actor.pk,) in person:
            return ALLOW
    return deny(_("Only the stakeholder whose need this is may say so."), code="not_stakeholder")


def may_speak_for_need(actor: Any, need: Any) -> Decision:
    """The stakeholder, or the people who triage."""
    return is_its_stakeholder(actor, need) or may_triage(actor, need)


def may_submit(actor: Any, need: Any) -> Decision:
    """The stakeholder, or whoever noted it down for them."""
    return may_speak_for_need(actor, need) or may_desk(actor, need)


def may_resume(actor: Any, need: Any) -> Decision:
    """The stakeholder answers a question; what was put off is taken up by those who triage."""
    if need.state == "needs_information":
        return may_speak_for_need(actor, need)
    return may_triage(actor, need)


def may_edit_need(actor: Any, need: Any) -> Decision:
    """A draft belongs to its stakeholder; later on the people who triage keep the facts."""
    return may_submit(actor, need) if need.state == "draft" else may_triage(actor, need)


def has_statement(need: Any) -> Decision:
    """Whether the need is said in words."""
    if need.description.strip():
        return ALLOW
    return deny(
        _("Say what is needed, in your own words."), missing=["description"], code="no_statement"
    )


def is_qualified(need: Any) -> Decision:
    """Whether every decision was taken; a want also needs a sponsor and a trade-off."""
    wanted = [
        ("classification", _("whether it is wanted or required"), need.classification),
        ("justification", _("why it is justified"), need.justification.strip()),
        ("verdict", _("the verdict that it is justified"), need.verdict == Need.Verdict.JUSTIFIED),
        ("fulfilability", _("whether it can be fulfilled"), need.fulfilability),
        ("liaison", _("its liaison"), need.owner_id),
    ]
    if need.classification == Need.Classification.WANT:
        wanted += [
            ("sponsor", _("a sponsor, since it is a want"), need.sponsor_id),
            ("trade_off", _("the trade-off, since it is a want"), need.trade_off.strip()),
        ]
    missing = [(name, words) for name, words, value in wanted if not value]
    if not missing:
        return _can_be_fulfilled(need)
    words = ", ".join(str(words) for _name, words in missing)
    return deny(
        _("Settle first: %(words)s.") % {"words": words},
        missing=[name for name, _words in missing],
        code="not_qualified",
    )


def _can_be_fulfilled(need: Any) -> Decision:
    """Whether any of it can be done; what cannot is declined with the reason, never sent on."""
    if need.fulfilability != Need.Fulfilability.CANNOT:
        return ALLOW
    return deny(
        _("It cannot be fulfilled. Decline it, or say which part can be done."),
        missing=["fulfilability"],
        code="cannot_be_fulfilled",
    )


def may_be_appealed(need: Any) -> Decision:
    """Whether new evidence is still heard: once, and within the window."""
    if need.appealed_at is not None:
        return deny(
            _("This was appealed once; the second decision stands."), code="appealed_already"
        )
    if clock.now() - need.state_since > APPEAL_WINDOW:
        return deny(
            _("New evidence is heard for %(days)d days. State the need again, and link this one.")
            % {"days": APPEAL_WINDOW.days},
            code="appeal_window_over",
        )
    return ALLOW


def targets_of(need: Any) -> RecordQuerySet:
    """Find what a need was routed to: what is derived from it, or fulfils it."""
    found: RecordQuerySet = Record.objects.filter(
        links_out__target_id=need.pk,
        links_out__kind__in=[LinkKind.DERIVED_FROM, LinkKind.FULFILS],
        kind__in=TARGETS,
    ).distinct()
    return found


def has_target(need: Any) -> Decision:
    """Whether the need leads anywhere: at least one record that carries it on. One query."""
    if targets_of(need).exclude(phase=Phase.VOID).exists():
        return ALLOW
    return deny(
        _("Send it to another activity, or link what carries it on."),
        missing=["target"],
        code="no_target",
    )


def is_taken_up(need: Any) -> Decision:
    """Whether somebody took the work over: a handover accepted, or work begun on a target."""
    if Handover.objects.filter(source_id=need.pk, status=Handover.Status.ACCEPTED).exists():
        return ALLOW
    begun = targets_of(need).filter(phase__in=[Phase.OPEN, Phase.WAITING, Phase.DONE])
    if begun.exists():
        return ALLOW
    return deny(
        _("Nobody has accepted the work yet."), missing=["accepted handover"], code="not_taken_up"
    )


def are_targets_done(need: Any) -> Decision:
    """Whether everything the need was routed to is done, and not all of it was dropped."""
    found = list(targets_of(need).exclude(phase=Phase.VOID).values_list("number", "phase"))
    unfinished = [number for number, phase in found if phase != Phase.DONE]
    if found and not unfinished:
        return ALLOW
    if not found:
        return has_target(need)
    return deny(
        _("Not done yet: %(numbers)s.") % {"numbers": ", ".join(unfinished[:10])},
        missing=unfinished[:10],
        code="targets_open",
    )


def routable(need: Any) -> Decision:
    """Whether the need's work may be handed on; other activities ask this by name."""
    if need.state in ROUTABLE:
        return ALLOW
    return deny(
        _("A need is handed on once it is qualified; this one is: %(state)s.")
        % {"state": need.state_label},
        missing=["verdict"],
        code="need_not_qualified",
    )


def has_supplier(request: Any) -> Decision:
    """Whether it says which supplier is asked."""
    if request.supplier_id is not None:
        return ALLOW
    return deny(_("Say which supplier is asked."), missing=["supplier"], code="no_supplier")


def is_their_notice(request: Any) -> Decision:
    """Whether it is the supplier who let us know something."""
    if request.subject == SupplierRequest.Subject.NOTICE:
        return ALLOW
    return deny(_("The supplier is asked here; send it to them."), code="not_a_notice")


def is_ours_to_send(request: Any) -> Decision:
    """Whether we ask something, and it says whom."""
    if request.subject == SupplierRequest.Subject.NOTICE:
        return deny(_("The supplier wrote this; there is nothing to send."), code="is_a_notice")
    return has_supplier(request)


def may_answer_for_supplier(actor: Any, request: Any) -> Decision:
    """The contact at the supplier, or those of us who speak with suppliers."""
    if actor.pk is not None and actor.pk in (request.contact_id, request.requester_id):
        return ALLOW
    return may_speak_with_suppliers(actor, request)


def may_open_supplier_request(actor: Any, request: Any) -> Decision:
    """Those who speak with suppliers ask; a supplier's contact sends a notice."""
    if is_requester(actor, request) and actor.access.holds(Role.SUPPLIER_CONTACT):
        return ALLOW
    return may_speak_with_suppliers(actor, request)
