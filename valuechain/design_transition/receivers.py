"""What other activities' events do to specifications, and a requirement's change to a review."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from itsm.accounts.access import SYSTEM
from valuechain.design_transition import policies
from valuechain.design_transition.actions import review_again
from valuechain.design_transition.models import DesignSpec
from valuechain.records.actions import lock_record, perform
from valuechain.records.models import Record
from valuechain.records.signals import recorded
from valuechain.records.vocabulary import Activity, LinkKind

#: States of a service that people use already, as domain.md names them.
_RUNNING = ("live", "degraded")


def connect() -> None:
    """Listen to what happens to records."""
    recorded.connect(follow, dispatch_uid="design_transition.follow")


def follow(record: Any, event: Any, **_kwargs: Any) -> None:
    """Move the specifications an event is about, and ask again where what is voted on changed."""
    act = _FOLLOW.get(record.kind)
    if act is not None:
        act(record, event)


def _follow_component(component: Record, event: Any) -> None:
    if event.reaches("accepted"):
        for spec in _specs_of(component.pk):
            _take(spec, "complete_build", policies.components_are_accepted, event)


def _follow_release(release: Record, event: Any) -> None:
    if event.reaches("deployed"):
        sources = (release.pk, *_components_in(release.pk))
        for spec in _specs_of(*sources):
            _take(spec, "transition", policies.is_deployed, event)
        # A service that is to go live first does so next, and takes its specifications along. Where
        # one runs already, or none is named, nothing more is waited for.
        for spec in _specs_of(*sources):
            if spec.service is None or spec.service.state in _RUNNING:
                _take(spec, "put_in_service", policies.is_transitioned, event)


def _follow_service(service: Record, event: Any) -> None:
    if event.verb == "service.go_live":
        for spec in _specs_for(service):
            _take(spec, "put_in_service", policies.is_transitioned, event)


def _follow_requirement(requirement: Record, event: Any) -> None:
    if event.verb == "requirement.edited":
        for spec in DesignSpec.objects.filter(
            links_out__target=requirement.pk, links_out__kind=LinkKind.SATISFIES
        ).order_by("pk"):
            _ask_again(spec, event)


def _follow_spec(record: Any, event: Any) -> None:
    if event.verb == "handover.accepted" and event.data["direction"] == "out":
        taken = record.handovers_out.filter(
            pk=event.data["handover"], to_activity=Activity.OBTAIN_BUILD
        )
        if taken.exists():
            _take(record, "release_to_build", policies.is_ready_to_build, event)
    elif event.verb.startswith("link.") and event.data["kind"] == LinkKind.SATISFIES:
        _ask_again(record.specific, event)


_FOLLOW = {
    "component": _follow_component,
    "release": _follow_release,
    "service": _follow_service,
    "requirement": _follow_requirement,
    "design_spec": _follow_spec,
}


def _ask_again(spec: DesignSpec, event: Any) -> None:
    locked: Any = lock_record(spec)
    review_again(locked, actor=event.actor or SYSTEM, via=event.via, at=event.at)


def _take(spec: Record, name: str, holds: Any, event: Any) -> None:
    """Take a transition as the program, where the specification is there for it."""
    special = spec.specific
    if special.state in special.kind_entry.machine.transition(name).source and holds(special):
        perform(special, name, actor=SYSTEM, via=event.via, at=event.at)


def _specs_of(*sources: int) -> list[DesignSpec]:
    found = DesignSpec.objects.filter(
        links_in__source__in=sources, links_in__kind=LinkKind.IMPLEMENTS
    )
    return list(found.distinct().order_by("pk"))


def _components_in(release: int) -> list[int]:
    found = Record.objects.filter(
        kind="component", links_in__source=release, links_in__kind=LinkKind.DEPLOYS
    )
    return list(found.values_list("pk", flat=True))


def _specs_for(service: Record) -> list[DesignSpec]:
    about = Q(service=service.pk) | Q(
        links_out__target=service.pk, links_out__kind=LinkKind.AFFECTS
    )
    return list(DesignSpec.objects.filter(about, state="transitioned").distinct().order_by("pk"))
