"""How lists of obtain & build look, and what pages of other activities show of components."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Count, F, Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.templatetags.ui import badge, money
from valuechain.obtain_build import pages
from valuechain.obtain_build.availability import IN_PLACE, availability_of
from valuechain.obtain_build.costing import costs_of, money_together
from valuechain.obtain_build.grouping import GROUPS
from valuechain.obtain_build.models import Component, Milestone, PurchaseOrder
from valuechain.records.models import Link, Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LIVE_PHASES, LinkKind

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.querysets import RecordQuerySet


def register() -> None:
    """Tell the record pages how components, orders, work and milestones are shown."""
    panels.column_labels |= {
        "availability": _("Availability"),
        "needed_at": _("Needed"),
        "needed_location": _("Where"),
        "promised_at": _("Promised"),
        "sourcing": _("Sourcing"),
        "supplier_name": _("Supplier"),
        "checks_done": _("Checks"),
        "cost": _("Cost of budget"),
        "meets": _("Meets"),
        "order_total": _("Total"),
        "promised_on": _("Promised for"),
        "baseline": _("Baseline"),
        "forecast": _("Forecast"),
    }
    panels.columns["components"] = (
        "number", "title", "availability", "needed_at", "needed_location", "promised_at",
        "state", "cost", "meets", "supplier_name", "checks_done",
    )  # fmt: skip
    panels.minor |= {"meets", "supplier_name", "checks_done"}
    panels.groups["components"] = GROUPS
    panels.step_keys["components"] = {"promise": "d"}
    panels.step_keys["milestones"] = {"rebaseline": "d"}
    panels.totals["components"] = totals
    panels.orders["components"] = {
        "needed_at": "as_component__needed_at",
        "promised_at": "as_component__promised_at",
    }
    panels.default_ordering["components"] = "needed_at"
    panels.named_views["components"] = (
        ("open", _("To obtain"), "state=open"),
        ("late", _("Late"), "availability=late"),
        ("unpromised", _("Nobody promised"), "availability=unpromised"),
        ("by-release", _("By release"), "state=open&group=release"),
        ("by-place", _("By place"), "state=open&group=place"),
        ("mine", _("Mine"), "state=open&owner=me"),
        ("all", _("All"), ""),
    )
    panels.filters["components"] = {
        "availability": django_filters.ChoiceFilter(
            label=_("Availability"),
            method=_by_availability,
            choices=[("late", _("Late")), ("unpromised", _("Nobody promised a date"))],
        ),
        "place": django_filters.CharFilter(
            label=_("Place"), field_name="as_component__needed_location", lookup_expr="icontains"
        ),
        "supplier": django_filters.CharFilter(
            label=_("Supplier"), field_name="as_component__supplier__name",
            lookup_expr="icontains",
        ),
        "sourcing": django_filters.MultipleChoiceFilter(
            label=_("Sourcing"), field_name="as_component__sourcing",
            choices=Component.Sourcing.choices,
        ),
        "necessity": django_filters.MultipleChoiceFilter(
            label=_("Necessity"), field_name="as_component__necessity",
            choices=Component.Necessity.choices,
        ),
        "release": django_filters.CharFilter(label=_("Release"), method=_by_record),
        "for_record": django_filters.CharFilter(
            label=_("Specification, release or milestone"), method=_by_record
        ),
    }  # fmt: skip
    panels.columns["purchase-orders"] = (
        "number", "title", "supplier_name", "order_total", "promised_on", "state", "owner",
        "updated_at",
    )  # fmt: skip
    panels.columns["milestones"] = (
        "number", "title", "baseline", "forecast", "availability", "state", "owner",
    )  # fmt: skip
    panels.orders["milestones"] = {"baseline": "milestone__baseline"}
    panels.default_ordering["milestones"] = "baseline"
    for resource in ("purchase-orders", "work-orders", "milestones"):
        panels.named_views[resource] = (
            ("open", _("Open"), "state=open"),
            ("mine", _("Mine"), "state=open&owner=me"),
            ("all", _("All"), ""),
        )
    panels.event_words |= {
        "component.check_added": ("change", _("added a check")),
        "component.checked": ("change", _("answered a check")),
        "purchase_order.line_added": ("change", _("added a line")),
        "purchase_order.line_removed": ("change", _("removed a line")),
        "purchase_order.goods_received": ("change", _("booked goods in")),
    }
    panels.rows.append(add_what_lists_show)
    panels.pages.append(pages.add_to_page)
    panels.cards.append(pages.components_card)


def _by_availability(queryset: Any, _name: str, value: str) -> Any:
    today = clock.now().date()
    waiting = queryset.filter(phase__in=[phase.value for phase in LIVE_PHASES]).exclude(
        state__in=IN_PLACE
    )
    if value == "unpromised":
        return waiting.filter(
            as_component__promised_at=None, as_component__needed_at__lte=today + timedelta(days=30)
        )
    here = Q(as_component__actual_location__iexact=F("as_component__needed_location")) & ~Q(
        as_component__actual_location=""
    )
    late = Q(as_component__needed_at__lt=today) | Q(
        as_component__promised_at__gt=F("as_component__needed_at")
    )
    return waiting.filter(late).exclude(here)


def _by_record(queryset: Any, _name: str, value: str) -> Any:
    number = value.strip().upper()
    return queryset.filter(
        Q(links_out__target__number=number) | Q(links_in__source__number=number)
    ).distinct()


def add_what_lists_show(records: Sequence[Record], actor: Any) -> None:
    """Give the rows of one page what their own tables hold. One query for each kind on it."""
    for kind, add in _ROWS.items():
        rows = {record.pk: record for record in records if record.kind == kind}
        if rows:
            add(rows, actor)


def _add_components(rows: dict[int, Any], actor: Any) -> None:
    today = clock.now().date()
    found = Component.objects.filter(pk__in=rows).select_related("supplier")
    components = list(
        found.annotate(
            written=Count("checks"), passed=Count("checks", filter=Q(checks__passed=True))
        )
    )
    costs = costs_of(components)
    meets = _requirements_met(rows, actor)
    for component in components:
        row = rows[component.pk]
        cost = costs[component.pk]
        row.cost = _cost_cell(cost.words, is_over=bool(cost.over))
        row.meets = ", ".join(meets.get(component.pk, ()))
        stands = availability_of(component, today=today)
        row.availability = badge(stands.label, stands.tone, stands.icon)
        row.needed_at, row.promised_at = component.needed_at, component.promised_at
        row.needed_location = component.needed_location
        row.sourcing = component.get_sourcing_display()
        how = row.sourcing
        row.supplier_name = f"{how}, {component.supplier}" if component.supplier else how
        row.checks_done = (
            _("%(passed)d of %(written)d")
            % {"passed": component.passed, "written": component.written}
            if component.written
            else _("none written")
        )


def _cost_cell(words: str, *, is_over: bool) -> str:
    over = badge(_("over"), "bad", "octagon", "plain")
    return format_html("{} {}", words, over) if is_over else words


def _requirements_met(rows: Iterable[int], actor: Any) -> dict[int, list[str]]:
    """Map components to the numbers of the requirements they meet, as far as seen. One query."""
    met: dict[int, list[str]] = {}
    ties = Link.objects.visible_to(actor).filter(
        source__in=list(rows), kind=LinkKind.SATISFIES, target__kind="requirement"
    )
    for pk, number in ties.order_by("target_id").values_list("source_id", "target__number"):
        met.setdefault(pk, []).append(number)
    return met


def totals(rows: RecordQuerySet, _actor: Any) -> list[tuple[Sentence, str]]:
    """Add up budgets and costs of a whole list of components. Two queries."""
    found = Component.objects.filter(pk__in=rows.order_by().values("pk"))
    told: list[tuple[Sentence, str]] = []
    for label, sums in zip(
        (_("Budgets together"), _("Cost so far")), money_together(found), strict=True
    ):
        if sums:
            said = " + ".join(money(amount, currency) for currency, amount in sorted(sums.items()))
            told.append((label, said))
    return told


def _add_orders(rows: dict[int, Any], _actor: Any) -> None:
    found = PurchaseOrder.objects.filter(pk__in=rows).select_related("supplier")
    for order in found.prefetch_related("lines"):
        row = rows[order.pk]
        row.supplier_name = order.supplier or ""
        row.order_total = pages.in_money(order.total, order.currency)
        row.promised_on = order.promised_on


def _add_milestones(rows: dict[int, Any], actor: Any) -> None:
    worst = pages.worst_by_milestone(rows, actor=actor)
    for milestone in Milestone.objects.filter(pk__in=rows):
        row = rows[milestone.pk]
        row.baseline, row.forecast = milestone.baseline, milestone.forecast
        stands = worst.get(milestone.pk)
        row.availability = badge(stands.label, stands.tone, stands.icon) if stands else ""


_ROWS = {
    "component": _add_components,
    "purchase_order": _add_orders,
    "milestone": _add_milestones,
}
