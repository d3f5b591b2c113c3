"""What the page of a need, or of a stakeholder, shows beyond what every record's page does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import SYSTEM
from valuechain.engage.models import Interaction, Need, Stakeholder
from valuechain.engage.states import NEED
from valuechain.records.flows import flows
from valuechain.records.forms import ask_form
from valuechain.records.models import Event, Record
from valuechain.records.trace import DOWNSTREAM, trace

#: The questions of the decision card: transition, key, what is asked.
_QUESTIONS = (
    ("classify", "", _("Wanted or required?")),
    ("justify", "y", _("Is it justified?")),
    ("assess", "f", _("Can we fulfil it?")),
)
#: The page of a need speaks of this many parts at most.
MOST_PARTS = 20
#: What a key does beside the questions: transition -> key.
_KEYS = {"decline": "n", "ask_information": "i", "defer": "h", "merge": "d", "qualify": ""}


def add_to_page(record: Record, actor: Any) -> dict[str, Any]:
    """Return what the record's kind adds to its page."""
    add = _PAGES.get(record.kind)
    return add(record, actor) if add else {}


def _need_page(need: Any, actor: Any) -> dict[str, Any]:
    """The decision as three answered or open questions, and the ways to hand the need on."""
    offers = {offer.name: offer for offer in NEED.offers(need, actor)}
    routes = [
        {"label": flow.label, "url": _url(need, "flow", flow.name), "name": flow.name}
        for flow in flows.leaving(need.kind)
        if flow.to != "benefit" and flow.decide(need, actor)
    ]
    questions = [
        _question(need, name, key, label, offers.get(name), actor)
        for name, key, label in _QUESTIONS
    ]
    unanswered = [question for question in questions if not question["answer"]]
    if unanswered:
        unanswered[0]["is_next"] = True
    return {
        "questions": questions,
        "decision_keys": [
            {"label": offers[name].label, "key": key, "url": _url(need, "transition", name)}
            for name, key in _KEYS.items()
            if key and name in offers and offers[name].decision
        ],
        "routes": routes,
        "deliveries": _deliveries(need),
    }


def _deliveries(need: Any) -> list[dict[str, Any]]:
    """Say of each part being obtained for the need when it comes; its stakeholder reads this.

    The parts belong to another activity; it vouches for them by name. Whoever may read the need is
    told, although they may not open the parts themselves.
    """
    if not need.links_in.exists():
        return []
    chain = trace(need, actor=SYSTEM, direction=DOWNSTREAM, depth=4)
    parts = [record for record in chain.nearest_first if "on_time" in record.kind_entry.assurances]
    lines = []
    for part in parts[:MOST_PARTS]:
        decision = part.kind_entry.assure("on_time", part)
        lines.append(
            {
                "title": part.title,
                "words": _("On time") if decision else decision.reason,
                "promised": getattr(part.specific, "promised_at", None),
                "is_late": not decision,
            }
        )
    return lines


def _question(need: Any, name: str, key: str, label: Any, offer: Any, actor: Any) -> dict[str, Any]:
    answer, reason = _ANSWERS[name](need)
    form = None
    if offer is not None and offer.decision:
        stored = {ask.name: getattr(need, ask.stores) for ask in offer.asks if ask.stores}
        form = ask_form(offer.asks, actor=actor)(
            initial=stored | {"version": need.version}, auto_id=f"{name}_%s"
        )
    return {
        "name": name,
        "key": key,
        "label": label,
        "answer": answer,
        "reason": reason,
        "form": form,
        "is_next": False,
        "url": _url(need, "transition", name),
    }


_ANSWERS: dict[str, Callable[[Any], tuple[str, str]]] = {
    "classify": lambda need: (need.get_classification_display(), need.classification_reason),
    "justify": lambda need: (
        need.get_verdict_display(),
        need.verdict_reason if need.verdict == Need.Verdict.NOT_JUSTIFIED else need.justification,
    ),
    "assess": lambda need: (need.get_fulfilability_display(), need.fulfilability_note),
}


def _url(record: Record, page: str, name: str) -> str:
    return reverse(f"record-{page}", args=[record.resource, record.number, name])


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
        "spoken": list(
            Interaction.objects.visible_to(actor)
            .filter(stakeholder_id=stakeholder.pk)
            .order_by("-held_at")[:20]
        ),
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


_PAGES: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "need": _need_page,
    "stakeholder": _stakeholder_page,
}
