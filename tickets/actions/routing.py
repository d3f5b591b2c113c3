"""Administrators write, arrange and remove the rules of routing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from itsm.accounts.administering import may_administer
from itsm.accounts.trail import changing
from itsm.core.errors import Denied, FieldErrors
from tickets.models import RoutingRule
from tickets.routing import drafted


@transaction.atomic
def save_rule(rule: RoutingRule | None, given: Mapping[str, Any], *, actor: Any) -> RoutingRule:
    """Add a rule at the end, or change one. Raises Denied and FieldErrors."""
    _refuse_others(actor)
    held = drafted(rule, given)
    if held.team is None and held.priority is None:
        message = _("Say which team or which priority the rule gives.")
        raise FieldErrors({"team": [("required", message)]})
    if held.pk is None:
        last = RoutingRule.objects.aggregate(last=Max("place"))["last"]
        held.place = 0 if last is None else last + 1
    with changing(actor, "routing_rule", rule) as change:
        try:
            with transaction.atomic():
                held.save()
        except IntegrityError:
            message = _("There is a rule of this name already.")
            raise FieldErrors({"name": [("taken", message)]}) from None
        change.row = held
    return held


@transaction.atomic
def move_rule(rule: RoutingRule, *, up: bool, actor: Any) -> None:
    """Let a rule change places with its neighbour; at the end nothing happens."""
    _refuse_others(actor)
    rules = list(RoutingRule.objects.select_for_update())
    at = next(n for n, one in enumerate(rules) if one.pk == rule.pk)
    to = at - 1 if up else at + 1
    if 0 <= to < len(rules):
        rules[at], rules[to] = rules[to], rules[at]
    with changing(actor, "routing_rule", rule, verb="moved"):
        for place, one in enumerate(rules):
            RoutingRule.objects.filter(pk=one.pk).update(place=place)


def remove_rule(rule: RoutingRule, *, actor: Any) -> None:
    """Take a rule away; what it decided stays as it is."""
    _refuse_others(actor)
    with changing(actor, "routing_rule", rule):
        rule.delete()


def _refuse_others(actor: Any) -> None:
    decision = may_administer(actor)
    if not decision:
        raise Denied.because(decision)
