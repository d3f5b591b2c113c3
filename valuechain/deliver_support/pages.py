"""What record pages show of deliver & support beyond their fields."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from valuechain.deliver_support import policies, readiness
from valuechain.deliver_support.forms import StepForm
from valuechain.deliver_support.models import Deployment
from valuechain.deliver_support.trends import incidents_of, last_releases
from valuechain.records.models import Record
from valuechain.records.vocabulary import LIVE_PHASES

SHOWN = 10
#: What is listed on a service's page, by kind.
ON_SERVICE = (
    ("open_tickets", ("incident", "service_request", "problem"), True),
    ("changes", ("change",), True),
    ("releases", ("release",), False),
    ("articles", ("article",), True),
    ("offerings", ("offering",), True),
)


def add_to_page(record: Record, actor: Any) -> dict[str, Any]:
    """Return what the page of a record of deliver & support shows beyond its fields."""
    add = _PAGES.get(record.kind)
    return add(record, actor) if add is not None else {}


def _service(service: Any, actor: Any) -> dict[str, Any]:
    wanted = Q(pk__in=[])
    for _name, kinds, only_live in ON_SERVICE:
        rule = Q(kind__in=kinds)
        if only_live:
            rule &= Q(phase__in=[phase.value for phase in LIVE_PHASES])
        wanted |= rule
    # One query for all of them; a service with very much going on shows the newest of it.
    found = Record.objects.visible_to(actor).filter(wanted, service_id=service.pk)
    newest = list(found.order_by("-opened_at", "-pk")[: SHOWN * 10])
    groups = {
        name: [record for record in newest if record.kind in kinds][:SHOWN]
        for name, kinds, _only_live in ON_SERVICE
    }
    return {
        "service_groups": groups,
        "trend": incidents_of([service.pk], actor)[service.pk],
        "last_release": last_releases([service.pk], actor).get(service.pk),
        "open_count": Record.objects.visible_to(actor)
        .of_resource("tickets")
        .live()
        .filter(service_id=service.pk)
        .count(),
        "open_url": f"{reverse('record-list', args=['tickets'])}?state=open&service={service.number}",
        "health": service.health_shown,
        "health_by": service.events.filter(
            verb__in=("service.degrade", "service.restore", "service.go_live", "service.adopt",
                      "service.update_health"),
        ).select_related("actor").last(),
    }  # fmt: skip


def _release(release: Any, actor: Any) -> dict[str, Any]:
    conditions = readiness.for_reader(readiness.conditions(release), actor=actor)
    plan = list(release.plan.select_related("owner", "done_by"))
    may_plan = release.is_live and bool(policies.may_plan_steps(actor, release))
    return {
        "steps": [
            {
                "step": step,
                "may_do": release.is_live and bool(policies.may_do_step(actor, release, step)),
            }
            for step in plan
        ],
        "consumers": "" if release.service is None else release.service.specific.consumers,
        "steps_done": sum(1 for step in plan if step.done_at is not None),
        "may_plan_steps": may_plan,
        "step_form": StepForm(actor=actor) if may_plan else None,
        "conditions": conditions,
        "conditions_met": sum(1 for condition in conditions if condition.is_met),
        "deployments": list(
            Deployment.objects.visible_to(actor).filter(release_id=release.pk).order_by("pk")
        ),
    }


def _offering(offering: Any, actor: Any) -> dict[str, Any]:
    return {
        "questions": offering.form,
        "may_offer": bool(policies.may_offer(actor, offering)),
    }


def _article(article: Any, _actor: Any) -> dict[str, Any]:
    votes = article.votes.aggregate(useful=Count("pk", filter=Q(is_useful=True)), all=Count("pk"))
    return {"votes": votes}


_PAGES = {
    "service": _service,
    "release": _release,
    "offering": _offering,
    "article": _article,
}
