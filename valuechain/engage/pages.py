"""What the page of a need, or of a stakeholder, shows beyond what every record's page does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import SYSTEM
from valuechain.engage import policies
from valuechain.engage.forms import DecisionForm
from valuechain.engage.models import Interaction, Need, Stakeholder
from valuechain.engage.vocabulary import ROUTABLE
from valuechain.records.kinds import kinds
from valuechain.records.models import Event, Record
from valuechain.records.trace import DOWNSTREAM, trace

_QUESTIONS = (
    ("classify", _("Wanted or required?")),
    ("justify", _("Is it justified?")),
    ("assess", _("Can we fulfil it?")),
    ("route", _("Where does it go?")),
)
#: The states in which the card is open; in the last ones only its last question is.
_DECIDED_IN = ("submitted", "in_triage", *ROUTABLE)
_ROUTED = (
    "routed",
    "in_fulfilment",
    "fulfilled",
    "value_confirmed",
    "value_partly",
    "value_not_realised",
)
#: How much the steps that the card takes too stand out beside it: the card itself leads on.
_BESIDE_THE_CARD = {"take": "plain"} | dict.fromkeys(
    ("classify", "justify", "assess", "qualify", "ask_information", "explain_route"), "quiet"
)
#: The page of a need speaks of this many parts at most.
MOST_PARTS = 20


def add_to_page(record: Record, actor: Any) -> dict[str, Any]:
    """Return what the record's kind adds to its page."""
    add = _PAGES.get(record.kind)
    return add(record, actor) if add else {}


def _need_page(need: Any, actor: Any) -> dict[str, Any]:
    """What was decided and why, and the card to decide on for whoever may."""
    form = None
    if need.state in _DECIDED_IN and policies.may_triage(actor, need):
        form = DecisionForm(need=need, actor=actor)
    questions = [_question(need, name, label) for name, label in _QUESTIONS]
    return {
        "questions": questions,
        "is_begun": any(question["answer"] for question in questions),
        "decision_form": form,
        "tones": _BESIDE_THE_CARD if form is not None else {},
        "decision_url": reverse("engage-inbox") + f"?view=all&need={need.number}&back=record",
        "targets": _targets(need, actor),
        "deliveries": _deliveries(need, actor),
    }


def _targets(need: Any, actor: Any) -> list[Record]:
    """The records the need was routed to, as far as the reader sees them. One query."""
    if need.state in ("draft", *_DECIDED_IN[:2]):
        return []
    return list(policies.targets_of(need).visible_to(actor).order_by("pk")[:MOST_PARTS])


def _deliveries(need: Any, actor: Any) -> list[dict[str, Any]]:
    """Say of each part being obtained for the need when it comes; its stakeholder reads this.

    The parts belong to another activity; it vouches for them by name. Whoever may read the need is
    told, although they may not open the parts themselves; for those who may, `url` leads there.
    """
    if not need.links_in.exists():
        return []
    chain = trace(need, actor=SYSTEM, direction=DOWNSTREAM, depth=4)
    parts = [record for record in chain.nearest_first if "on_time" in record.kind_entry.assurances]
    seen = Record.objects.visible_to(actor).filter(pk__in=[part.pk for part in parts])
    opened = set(seen.values_list("pk", flat=True)) if parts and actor.access.is_staff else ()
    lines = []
    for part in parts[:MOST_PARTS]:
        decision = part.kind_entry.assure("on_time", part)
        lines.append(
            {
                "number": part.number,
                "title": part.title,
                "url": part.get_absolute_url() if part.pk in opened else "",
                "words": _in_short(part) if decision else decision.reason,
                # A reason against it names the day itself; what is there needs none.
                "promised": getattr(part.specific, "promised_at", None)
                if decision and part.is_live
                else None,
                "is_late": not decision,
            }
        )
    return lines


def _in_short(part: Any) -> Any:
    return _("On time") if part.is_live else _("It is there")


def _question(need: Any, name: str, label: Any) -> dict[str, Any]:
    answer, reason = _ANSWERS[name](need)
    return {"name": name, "label": label, "answer": answer, "reason": reason}


def _where_it_went(need: Any) -> str:
    """Name the kinds of record that carry a need on; their words are for who may read them. One query."""
    if need.state not in _ROUTED:
        return ""
    names = policies.targets_of(need).order_by().values_list("kind", flat=True).distinct()
    labels = sorted(str(kinds[name].label) for name in names)
    return ", ".join(labels) or str(need.state_label)


_ANSWERS: dict[str, Callable[[Any], tuple[str, str]]] = {
    "classify": lambda need: (need.get_classification_display(), need.classification_reason),
    "justify": lambda need: (
        need.get_verdict_display(),
        need.verdict_reason if need.verdict == Need.Verdict.NOT_JUSTIFIED else need.justification,
    ),
    "assess": lambda need: (need.get_fulfilability_display(), need.fulfilability_note),
    "route": lambda need: (_where_it_went(need), need.route_reason),
}


_HEALTH = dict(Stakeholder.Health.choices)


def _stakeholder_page(stakeholder: Any, actor: Any) -> dict[str, Any]:
    """Open needs, promises, tickets, interactions and how the relationship went."""
    visible = Record.objects.visible_to(actor)
    needs = list(
        Need.objects.visible_to(actor)
        .filter(stakeholder_id=stakeholder.pk)
        .order_by("-received_at")[:50]
    )
    tickets: list[Record] = []
    if stakeholder.person_id is not None:
        found = visible.of_resource("tickets").filter(requester_id=stakeholder.person_id)
        tickets = list(found.live().order_by("-opened_at")[:20])
    reports = Event.objects.readable_on(stakeholder, actor).filter(verb="stakeholder.report_health")
    return {
        "open_needs": [need for need in needs if need.is_live],
        "past_needs": [need for need in needs if not need.is_live][:10],
        "promises": [need for need in needs if need.promised_on and need.is_live],
        "their_tickets": tickets,
        **_talks(stakeholder, actor),
        "health_history": [
            {
                "at": event.at,
                "who": str(event.actor or ""),
                "health": _HEALTH.get(event.data["answers"].get("health", ""), ""),
                "note": event.data["answers"].get("note", ""),
            }
            for event in reports.select_related("actor").order_by("-sequence")[:10]
        ],
        "new_interaction_url": reverse("record-new", args=["interactions"])
        + f"?stakeholder={stakeholder.number}",
        "new_need_url": reverse("record-new", args=["needs"])
        + f"?stakeholder={stakeholder.number}",
        "needs_url": reverse("record-list", args=["needs"]) + f"?stakeholder={stakeholder.number}",
    }


def _talks(stakeholder: Any, actor: Any) -> dict[str, Any]:
    """The talks held, the next one to come, and what was agreed on last. One query."""
    talks = list(
        Interaction.objects.visible_to(actor)
        .filter(stakeholder_id=stakeholder.pk)
        .exclude(state="cancelled")
        .order_by("-held_at")[:20]
    )
    held = [talk for talk in talks if talk.state != "planned"]
    planned = [talk for talk in talks if talk.state == "planned"]
    return {
        "spoken": held,
        "next_talk": planned[-1] if planned else None,
        "agreed": next((talk for talk in held if talk.next_step), None),
    }


_PAGES: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "need": _need_page,
    "stakeholder": _stakeholder_page,
}
