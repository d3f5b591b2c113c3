"""Where a new ticket goes when nobody has chosen: the company's rules, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count

from itsm.core.statements import Statement
from tickets.models import RoutingRule
from valuechain.records.models import Event, Record
from valuechain.records.vocabulary import Channel

CONDITIONS = ("kind", "channel", "organisation", "service", "words")
FIELDS = ("name", "is_active", *CONDITIONS, "team", "priority")
#: So many of the newest tickets are looked at when a rule is tried.
TRIED = 200
_in_force = Statement(lambda: RoutingRule.objects.filter(is_active=True).select_related("team"))


def fits(rule: RoutingRule, ticket: Any) -> bool:
    """Whether every condition of a rule holds for a ticket, or for what is about to become one."""
    organisation = ticket.organisation
    lineage = organisation.lineage if organisation is not None else []
    text = f"{ticket.title} {ticket.description}".casefold()
    words = [word.strip().casefold() for word in rule.words.split(",") if word.strip()]
    return (
        (not rule.kind or rule.kind == ticket.kind)
        and (not rule.channel or rule.channel == ticket.channel)
        and (rule.organisation_id is None or rule.organisation_id in lineage)
        and (rule.service_id is None or rule.service_id == ticket.service_id)
        and (not words or any(word in text for word in words))
    )


def first_that_fits(ticket: Any) -> RoutingRule | None:
    """Return the rule that decides on a ticket, if one does. One query."""
    return next((rule for rule in _in_force() if fits(rule, ticket)), None)


def settle(ticket: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Put into the values of a new ticket what the rules say; return what the event tells of it.

    A team that somebody chose stays; that of the mailbox a mail came to is only a default.
    """
    rule = first_that_fits(ticket)
    if rule is None:
        return {}
    may_choose_team = not values.get("team") or ticket.channel == Channel.EMAIL
    if rule.team is not None and rule.team.is_active and may_choose_team:
        values["team"] = rule.team
    if rule.priority is not None:
        values["priority"] = rule.priority
    return {"internal": {"rule": rule.pk, "routed_by": rule.name}}


def hits_since(moment: datetime) -> dict[int, int]:
    """Return how many tickets each rule has decided on since then. One query."""
    found = (
        Event.objects.filter(
            at__gte=moment, verb__endswith=".opened", data__internal__has_key="rule"
        )
        .order_by()
        .values_list("data__internal__rule")
        .annotate(Count("pk"))
    )
    return dict(found)


def tried_on(rule: RoutingRule, tickets: Iterable[Record]) -> list[Record]:
    """Return those tickets a rule would fit."""
    return [ticket for ticket in tickets if fits(rule, ticket)]


def newest_tickets(actor: Any) -> list[Record]:
    """Return the tickets a rule is tried on. One query."""
    found = Record.objects.visible_to(actor).of_resource("tickets")
    return list(found.select_related("organisation", "team").order_by("-pk")[:TRIED])


def drafted(rule: RoutingRule | None, given: Mapping[str, Any]) -> RoutingRule:
    """Return the rule as it would be, without keeping it."""
    held = rule or RoutingRule()
    for name in FIELDS:
        if name in given:
            setattr(held, name, given[name])
    held.priority = held.priority or None
    return held
