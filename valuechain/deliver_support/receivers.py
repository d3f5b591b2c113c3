"""What a deployment brings about: its release moves on, and its services go live."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from valuechain.deliver_support.actions import bring_live
from valuechain.deliver_support.models import Deployment, Release
from valuechain.deliver_support.policies import has_no_open_deployment
from valuechain.records.actions import perform
from valuechain.records.models import Record
from valuechain.records.signals import recorded
from valuechain.records.vocabulary import LinkKind


def connect() -> None:
    """Listen to what happens to deployments."""
    recorded.connect(follow_deployment, dispatch_uid="deliver_support.follow_deployment")


def follow_deployment(record: Any, event: Any, **_kwargs: Any) -> None:
    """Move the release with a deployment to production, and set its services live."""
    act = _FOLLOW.get(event.verb)
    if act is None:
        return
    deployment = record.specific
    if deployment.environment == Deployment.Environment.PRODUCTION:
        act(deployment, event)


def _started(deployment: Any, event: Any) -> None:
    _move(deployment, event, "approved", "deploy")


def _succeeded(deployment: Any, event: Any) -> None:
    if has_no_open_deployment(_release(deployment)):
        _move(deployment, event, "deploying", "complete")
    for service in _services(deployment):
        bring_live(service, via=event.via, at=event.at)


def _rolled_back(deployment: Any, event: Any) -> None:
    reason = event.data["answers"].get("reason", "")
    words = _("%(number)s was rolled back: %(reason)s") % {
        "number": deployment.number,
        "reason": reason,
    }
    _move(deployment, event, "deploying", "fail", reason=words)


_FOLLOW = {
    "deployment.start": _started,
    "deployment.succeed": _succeeded,
    "deployment.roll_back": _rolled_back,
}


def _release(deployment: Any) -> Any:
    return Release.objects.filter(pk=deployment.release_id)[0]


def _move(deployment: Any, event: Any, state: str, name: str, **data: Any) -> None:
    release = _release(deployment)
    if release.state == state:
        at = max(event.at, release.state_since)
        perform(release, name, actor=SYSTEM, via=event.via, at=at, data=data)


def _services(deployment: Any) -> list[Record]:
    """The services the deployment and its release are about, in the order of their ids."""
    about = [deployment.service_id, _release(deployment).service_id]
    affected = Record.objects.filter(
        kind="service",
        links_in__source_id__in=[deployment.pk, deployment.release_id],
        links_in__kind=LinkKind.AFFECTS,
    ).values_list("pk", flat=True)
    wanted = {pk for pk in [*about, *affected] if pk is not None}
    return list(Record.objects.filter(pk__in=wanted).order_by("pk"))
