"""The REST API as one list of resources: what is served under /api/v1/, and by whom."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from itsm.accounts.api import TokenViewSet
from itsm.accounts.directory import OrganisationViewSet, PersonViewSet, TeamViewSet
from itsm.core.rest.docs import DocsView, SchemaView
from itsm.webhooks.api import WebhookViewSet
from sla.api import AgreementViewSet, CalendarViewSet, ClockViewSet
from tickets.api import TicketViewSet
from tickets.calls_api import CallViewSet
from tickets.orders_api import OrderableViewSet
from valuechain.approvals.api import ApprovalViewSet, DelegationViewSet, PolicyViewSet
from valuechain.deliver_support import api as deliver_support
from valuechain.design_transition.api import SpecViewSet
from valuechain.obtain_build import api as obtain_build
from valuechain.plan.api import CommitmentViewSet, VisionViewSet
from valuechain.records.api import (
    AnyRecordViewSet,
    EventViewSet,
    HandoverViewSet,
    LinkViewSet,
    RecordViewSet,
    SearchViewSet,
    viewset_for,
)
from valuechain.records.kinds import kinds
from valuechain.streams.api import FlowViewSet, InstanceViewSet, StreamViewSet

router = SimpleRouter()
router.register("tokens", TokenViewSet, basename="token")
router.register("people", PersonViewSet, basename="person")
router.register("teams", TeamViewSet, basename="team")
router.register("organisations", OrganisationViewSet, basename="organisation")
router.register("calls", CallViewSet, basename="call")
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("search", SearchViewSet, basename="search")
router.register("records", AnyRecordViewSet, basename="records")
router.register("links", LinkViewSet, basename="links")
router.register("handovers", HandoverViewSet, basename="handovers")
router.register("events", EventViewSet, basename="events")
router.register("commitments", CommitmentViewSet, basename="commitments")
router.register("approvals", ApprovalViewSet, basename="approvals")
router.register("approval-policies", PolicyViewSet, basename="approval-policies")
router.register("delegations", DelegationViewSet, basename="delegations")
router.register("freezes", deliver_support.FreezeViewSet, basename="freezes")
router.register("clocks", ClockViewSet, basename="clock")
router.register("agreements", AgreementViewSet, basename="agreement")
router.register("calendars", CalendarViewSet, basename="calendar")
router.register("value-streams", StreamViewSet, basename="value-stream")
router.register("instances", InstanceViewSet, basename="instance")
router.register("metrics/flow", FlowViewSet, basename="flow")

#: Resources whose kinds need more than every record has.
_OWN: dict[str, type[RecordViewSet]] = {
    "visions": VisionViewSet,
    "specs": SpecViewSet,
    "tickets": TicketViewSet,
    **obtain_build.VIEWSETS,
    **deliver_support.VIEWSETS,
    "offerings": OrderableViewSet,
}
for _resource in kinds.resources:
    _base = _OWN.get(_resource, RecordViewSet)
    router.register(_resource, viewset_for(_resource, base=_base), basename=_resource)

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    *router.urls,
]
