"""What the pages and lists of policies and their exceptions show beyond the common."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.differences import words_between
from valuechain.plan import policies
from valuechain.plan.applying import places
from valuechain.plan.forms import UseForm
from valuechain.plan.models import Policy, PolicyException, PolicyUse
from valuechain.records.panels import panels

EDITIONS_SHOWN = 20


def register() -> None:
    """Tell the record pages how policies and exceptions are shown."""
    panels.column_labels |= {
        "review_on_words": _("Review by"),
        "exception_count": _("Exceptions"),
        "policy_words": _("Policy"),
        "applies_to": _("For whom or what"),
        "until_words": _("Until"),
        "granted_by_words": _("Granted by"),
    }
    panels.columns["policies"] = (
        "number", "title", "state", "edition_words", "review_on_words", "exception_count", "owner",
    )  # fmt: skip
    panels.columns["policy-exceptions"] = (
        "number", "title", "state", "policy_words", "applies_to", "until_words", "granted_by_words",
        "requester",
    )  # fmt: skip
    panels.told_above["policies"] = ("text",)
    panels.orders["policies"] = {"review_on_words": "policy__review_on"}
    panels.orders["policy-exceptions"] = {"until_words": "policyexception__until"}
    panels.filters["policies"] = {
        "review": django_filters.ChoiceFilter(
            label=_("Review"), method=_by_review,
            choices=[("overdue", _("Overdue")), ("soon", _("Due within 30 days"))],
        ),
    }  # fmt: skip
    panels.filters["policy-exceptions"] = {
        "policy": django_filters.CharFilter(
            label=_("Policy"), field_name="policyexception__for_policy__number",
            lookup_expr="iexact",
        ),
        "until_before": django_filters.DateFilter(
            label=_("Until, before"), field_name="policyexception__until", lookup_expr="lt"
        ),
    }  # fmt: skip
    panels.named_views["policies"] = (
        ("open", _("All open"), "state=open"),
        ("force", _("In force"), "state=in_force"),
        ("overdue", _("Review overdue"), "review=overdue"),
        ("drafts", _("Not in force yet"), "state=draft&state=in_review"),
        ("finished", _("Finished"), "state=closed"),
    )
    panels.named_views["policy-exceptions"] = (
        ("open", _("All open"), "state=open"),
        ("asked", _("To decide on"), "state=requested"),
        ("granted", _("Granted"), "state=granted"),
        ("expired", _("Run out"), "state=expired"),
        ("finished", _("Finished"), "state=closed"),
    )
    panels.event_words |= {
        "policy.applied": ("change", _where_it_is_applied),
        "policy.unapplied": ("change", _where_it_is_no_longer),
    }


def _where_it_is_applied(event: Any) -> str:
    label = event.data.get("label", "")
    return gettext("says that it is applied in “%(label)s”") % {"label": label}


def _where_it_is_no_longer(event: Any) -> str:
    label = event.data.get("label", "")
    return gettext("says that it is applied no more in “%(label)s”") % {"label": label}


def _by_review(queryset: Any, _name: str, value: str) -> Any:
    return review_due(queryset, within_days=30 if value == "soon" else 0)


def review_due(found: QuerySet[Any], *, within_days: int = 0) -> QuerySet[Any]:
    """Narrow records to the policies in force whose day of review has passed, or comes soon."""
    today = clock.now().date()
    found = found.filter(policy__state="in_force")
    if within_days:
        last = today + timedelta(days=within_days)
        return found.filter(policy__review_on__gte=today, policy__review_on__lte=last)
    return found.filter(policy__review_on__lt=today)


def add_policies(rows: dict[int, Any], found: Any, actor: Any) -> None:
    """Give the rows of policies their edition, day of review and exceptions. One query more."""
    let_off: dict[int, int] = {}
    for policy_id in (
        PolicyException.objects.visible_to(actor)
        .filter(for_policy__in=rows, state="granted")
        .values_list("for_policy_id", flat=True)
    ):
        let_off[policy_id] = let_off.get(policy_id, 0) + 1
    for policy in found:
        row = rows[policy.pk]
        row.edition_words = policy.edition or ""
        row.review_on_words = policy.review_on
        row.exception_count = let_off.get(policy.pk, 0)


def add_exceptions(rows: dict[int, Any], found: Any, _actor: Any) -> None:
    """Give the rows of exceptions whom they let off what, and until when."""
    for exception in found.select_related("for_policy", "granted_by"):
        row = rows[exception.pk]
        row.policy_words = exception.for_policy.number
        row.applies_to = exception.applies_to
        row.until_words = exception.until
        row.granted_by_words = exception.granted_by or ""


def policy_page(policy: Policy, actor: Any) -> dict[str, Any]:
    """Return the editions, what is proposed, who is let off, and where it is applied."""
    works = actor.access.works_on(policy)
    editions = list(policy.editions.all()[:EDITIONS_SHOWN])
    for later, earlier in pairwise(editions):
        later.pieces = words_between(earlier.text, later.text)  # type: ignore[attr-defined]
    may_change = bool(policies.may_plan(actor, policy)) and policy.is_live
    uses = uses_of(policy, actor) if works else []
    return {
        "editions": editions,
        "change_pieces": words_between(policy.text, policy.next_text)
        if works and policy.next_text
        else [],
        "exceptions": list(
            PolicyException.objects.visible_to(actor)
            .filter(for_policy=policy.pk)
            .select_related("granted_by", "requester")
            .order_by("phase", "until", "pk")
        ),
        "reads_uses": works,
        "uses": uses,
        "may_change": may_change,
        "use_form": UseForm(actor=actor, taken=uses) if may_change else None,
    }


def uses_of(policy: Policy, actor: Any) -> list[PolicyUse]:
    """Return where a policy is applied, each named as far as the actor may see it."""
    uses = list(policy.uses.all())
    known = {name: places[name].choices(actor) for name in {use.place for use in uses} & {*places}}
    for use in uses:
        use.label = known.get(use.place, {}).get(use.key, "")  # type: ignore[attr-defined]
        if use.place in places:
            use.place_label = places[use.place].label  # type: ignore[attr-defined]
            use.url = places[use.place].url(use.key)  # type: ignore[attr-defined]
    return [use for use in uses if use.label]  # type: ignore[attr-defined]
