"""The REST API as one list of resources: what is served under /api/v1/, and by whom."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from itsm.accounts.api import TokenViewSet
from itsm.accounts.directory import OrganisationViewSet, PersonViewSet, TeamViewSet
from itsm.core.rest.docs import DocsView, SchemaView
from itsm.webhooks.api import WebhookViewSet
from sla.api import AgreementViewSet, CalendarViewSet, ClockViewSet
from tickets.api import TicketViewSet
from tickets.calls_api import CallViewSet
from tickets.orders_api import OrderableViewSet
from tickets.prepared_api import CannedReplyViewSet, MacroViewSet
from valuechain.approvals.api import ApprovalViewSet, DelegationViewSet, PolicyViewSet
from valuechain.deliver_support import api as deliver_support
from valuechain.design_transition.api import SpecViewSet
from valuechain.engage.api import NeedViewSet
from valuechain.improve.api import ImprovementViewSet
from valuechain.obtain_build import api as obtain_build
from valuechain.plan.api import CommitmentViewSet, RulebookViewSet, VisionViewSet
from valuechain.records.api import (
    AnyRecordViewSet,
    RecordViewSet,
    SearchViewSet,
    viewset_for,
)
from valuechain.records.events_api import EventViewSet
from valuechain.records.kinds import kinds
from valuechain.records.links_api import HandoverViewSet, LinkViewSet
from valuechain.records.views_api import SavedViewViewSet
from valuechain.streams.api import FlowViewSet, InstanceViewSet, StreamViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
]


def _serve(resource: str, viewset: type[ViewSetMixin], *, basename: str) -> None:
    """Serve a resource below its own name, so that a request is not held against every address."""
    router = SimpleRouter()
    router.register("", viewset, basename=basename)
    urlpatterns.append(path(f"{resource}/", include(router.urls)))


_serve("tokens", TokenViewSet, basename="token")
_serve("people", PersonViewSet, basename="person")
_serve("teams", TeamViewSet, basename="team")
_serve("organisations", OrganisationViewSet, basename="organisation")
_serve("calls", CallViewSet, basename="call")
_serve("canned-replies", CannedReplyViewSet, basename="canned-reply")
_serve("macros", MacroViewSet, basename="macro")
_serve("webhooks", WebhookViewSet, basename="webhook")
_serve("views", SavedViewViewSet, basename="view")
_serve("search", SearchViewSet, basename="search")
_serve("records", AnyRecordViewSet, basename="records")
_serve("links", LinkViewSet, basename="links")
_serve("handovers", HandoverViewSet, basename="handovers")
_serve("events", EventViewSet, basename="events")
_serve("commitments", CommitmentViewSet, basename="commitments")
_serve("approvals", ApprovalViewSet, basename="approvals")
_serve("approval-policies", PolicyViewSet, basename="approval-policies")
_serve("delegations", DelegationViewSet, basename="delegations")
_serve("freezes", deliver_support.FreezeViewSet, basename="freezes")
_serve("clocks", ClockViewSet, basename="clock")
_serve("agreements", AgreementViewSet, basename="agreement")
_serve("calendars", CalendarViewSet, basename="calendar")
_serve("value-streams", StreamViewSet, basename="value-stream")
_serve("instances", InstanceViewSet, basename="instance")
_serve("metrics/flow", FlowViewSet, basename="flow")

#: Resources whose kinds need more than every record has.
_OWN: dict[str, type[RecordViewSet]] = {
    "visions": VisionViewSet,
    "improvements": ImprovementViewSet,
    "needs": NeedViewSet,
    "policies": RulebookViewSet,
    "specs": SpecViewSet,
    "tickets": TicketViewSet,
    **obtain_build.VIEWSETS,
    **deliver_support.VIEWSETS,
    "offerings": OrderableViewSet,
}
for _resource in kinds.resources:
    _base = _OWN.get(_resource, RecordViewSet)
    _serve(_resource, viewset_for(_resource, base=_base), basename=_resource)
