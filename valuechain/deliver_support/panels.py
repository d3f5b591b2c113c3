"""How the pages of deliver & support look: columns, named views, words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from itsm.core.templatetags.ui import health_badge
from valuechain.deliver_support import pages
from valuechain.deliver_support.models import Deployment, Release, Service
from valuechain.deliver_support.trends import incidents_of, last_release_cell, last_releases
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LIVE_PHASES


def register() -> None:
    """Tell the record pages how services, catalogue, releases and articles are shown."""
    panels.column_labels |= {
        "health": _("Health"),
        "state_since": _("Since"),
        "open_tickets": _("Open tickets"),
        "incidents": _("Incidents"),
        "last_release": _("Last release"),
        "window_start": _("Window opens"),
        "window_end": _("Window closes"),
        "release_version": _("Version"),
        "environment": _("Environment"),
    }
    panels.default_ordering["services"] = "-updated_at"
    panels.columns["services"] = (
        "number", "title", "health", "state_since", "open_tickets", "incidents", "sla_month",
        "csat", "last_release", "owner",
    )  # fmt: skip
    panels.minor |= {"state_since", "last_release"}
    panels.named_views["services"] = (
        ("live", _("Live"), "state=live&state=degraded"),
        ("degraded", _("Not well"), "state=degraded"),
        ("coming", _("Coming"), "state=proposed&state=in_design&state=in_build"),
        ("all", _("All"), ""),
    )
    panels.filters["services"] = {
        "criticality": django_filters.MultipleChoiceFilter(
            label=_("Criticality"),
            field_name="as_service__criticality",
            choices=Service.Criticality.choices,
        ),
    }
    panels.columns["offerings"] = ("number", "title", "service", "state", "team", "updated_at")
    panels.columns["releases"] = (
        "number", "title", "release_version", "service", "window_start", "state", "owner",
    )  # fmt: skip
    panels.orders["releases"] = {"window_start": "as_release__window_start"}
    panels.columns["deployments"] = (
        "number", "title", "environment", "service", "window_start", "window_end", "state",
        "owner",
    )  # fmt: skip
    panels.orders["deployments"] = {"window_start": "deployment__window_start"}
    panels.filters["deployments"] = {
        "environment": django_filters.ChoiceFilter(
            label=_("Environment"),
            field_name="deployment__environment",
            choices=Deployment.Environment.choices,
        ),
    }
    panels.columns["articles"] = ("number", "title", "service", "state", "owner", "updated_at")
    for resource in ("releases", "deployments"):
        panels.named_views[resource] = (
            ("open", _("Open"), "state=open"),
            ("mine", _("Mine"), "state=open&owner=me"),
            ("all", _("All"), ""),
        )
    panels.named_views["offerings"] = (
        ("published", _("In the catalogue"), "state=published"),
        ("drafts", _("Drafts"), "state=draft"),
        ("all", _("All"), ""),
    )
    panels.named_views["articles"] = (
        ("published", _("Published"), "state=published"),
        ("review", _("In review"), "state=in_review"),
        ("outdated", _("Outdated"), "state=outdated"),
        ("all", _("All"), ""),
    )
    panels.event_words |= {
        "release.step_added": ("change", _("added a step")),
        "release.step_done": ("change", _("finished a step")),
        "release.step_reopened": ("change", _("opened a step again")),
        "release.step_removed": ("change", _("took a step off")),
    }
    panels.rows.append(add_what_lists_show)
    panels.pages.append(pages.add_to_page)


def add_what_lists_show(records: Sequence[Record], actor: Any) -> None:
    """Give the rows of one page what their own tables hold. Two queries for each kind on it."""
    for kind, add in _ROWS.items():
        rows = {record.pk: record for record in records if record.kind == kind}
        if rows:
            add(rows, actor)


def _add_services(rows: dict[int, Any], actor: Any) -> None:
    tickets = Record.objects.visible_to(actor).of_resource("tickets")
    live = [phase.value for phase in LIVE_PHASES]
    counted = (
        tickets.filter(service_id__in=rows, phase__in=live)
        .order_by()
        .values_list("service_id")
        .annotate(Count("pk"))
    )
    counts = dict(counted)
    trends, releases = incidents_of(rows, actor), last_releases(rows, actor)
    for service in Service.objects.filter(pk__in=rows):
        row = rows[service.pk]
        row.health = health_badge(service.health_shown) if service.health_shown else ""
        row.open_tickets = counts.get(service.pk, 0)
        row.incidents = trends[service.pk].drawn()
        row.last_release = last_release_cell(releases.get(service.pk))


def _add_releases(rows: dict[int, Any], _actor: Any) -> None:
    for release in Release.objects.filter(pk__in=rows):
        row = rows[release.pk]
        row.release_version, row.window_start = release.release_version, release.window_start


def _add_deployments(rows: dict[int, Any], _actor: Any) -> None:
    for deployment in Deployment.objects.filter(pk__in=rows):
        row = rows[deployment.pk]
        row.environment = deployment.get_environment_display()
        row.window_start, row.window_end = deployment.window_start, deployment.window_end


_ROWS = {
    "service": _add_services,
    "release": _add_releases,
    "deployment": _add_deployments,
}
