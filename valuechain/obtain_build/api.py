"""REST for obtain & build beyond what every record can: checks, availability, lines, receipts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from valuechain.obtain_build import actions
from valuechain.obtain_build.availability import availability_of
from valuechain.obtain_build.costing import costs_of
from valuechain.obtain_build.models import AcceptanceCheck, Component, PurchaseLine
from valuechain.records.api import RecordViewSet, read_input
from valuechain.records.input_serializers import RecordField
from valuechain.records.serializers import DetailSerializer, NamedSerializer, RecordRefSerializer
from valuechain.records.vocabulary import Via


class CheckSerializer(serializers.Serializer[AcceptanceCheck]):
    """One thing a component has to show."""

    id = serializers.IntegerField(read_only=True)
    text = serializers.CharField(max_length=5_000)
    requirement = RecordField(of="requirement", required=False, write_only=True)
    passed = serializers.BooleanField(read_only=True, allow_null=True)
    evidence = serializers.CharField(read_only=True)
    checked_by = NamedSerializer(read_only=True, allow_null=True)
    checked_at = serializers.DateTimeField(read_only=True, allow_null=True)


class CheckAnswerSerializer(serializers.Serializer[Any]):
    """Whether a check is passed, and what shows it."""

    passed = serializers.BooleanField()
    evidence = serializers.CharField(max_length=5_000)


class AvailabilitySerializer(serializers.Serializer[Any]):
    """How a component stands."""

    availability = serializers.CharField(source="word.value")
    days = serializers.IntegerField()
    sentence = serializers.CharField()


class CostSerializer(serializers.Serializer[Any]):
    """What a component may cost, and what it costs so far in its currency."""

    currency = serializers.CharField()
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    ordered = serializers.DecimalField(max_digits=20, decimal_places=2)
    own = serializers.DecimalField(max_digits=14, decimal_places=2)
    total = serializers.DecimalField(max_digits=20, decimal_places=2)
    remaining = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)


class CountSerializer(serializers.Serializer[Any]):
    """How many were added."""

    added = serializers.IntegerField()


class ImportSerializer(serializers.Serializer[Any]):
    """Which requirements of a specification become components, and when and where they are needed."""

    spec = RecordField(of="design_spec")
    requirements = serializers.ListField(
        child=serializers.CharField(max_length=40), allow_empty=False, max_length=200
    )
    sourcing = serializers.ChoiceField(choices=Component.Sourcing.choices)
    needed_at = serializers.DateField(required=False, allow_null=True, default=None)
    needed_location = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default=""
    )


class ImportedSerializer(serializers.Serializer[Any]):
    """The components that were made."""

    components = RecordRefSerializer(many=True)


class ComponentViewSet(RecordViewSet):
    """Components, their checks, and how they stand."""

    @extend_schema(
        operation_id="components_import",
        request=ImportSerializer,
        responses={201: ImportedSerializer},
        filters=False,
    )
    @action(detail=False, methods=["post"], url_path="import", pagination_class=None)
    def import_from_spec(self, request: Request) -> Response:
        """Make components of the requirements of a specification."""
        given = self._input(ImportSerializer, request)
        made = actions.import_components(
            given.pop("spec"), **given, actor=request.user, via=Via.API
        )
        body = ImportedSerializer({"components": made}).data
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(responses=AvailabilitySerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def availability(self, request: Request, number: str) -> Response:
        """Say whether it is there when and where it is needed."""
        return Response(AvailabilitySerializer(availability_of(self.get_object().specific)).data)

    @extend_schema(responses=CostSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def cost(self, request: Request, number: str) -> Response:
        """Say what it costs so far, beside what it may cost."""
        component: Any = self.get_object().specific
        return Response(CostSerializer(costs_of([component])[component.pk]).data)

    @extend_schema(responses=CheckSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"id": "pk"}, ordering="id")
    def checks(self, request: Request, number: str) -> Response:
        """List what it has to show, and what it showed."""
        return self._paged(self._checks(), CheckSerializer)

    @extend_schema(request=CheckSerializer, responses={201: CheckSerializer})
    @checks.mapping.post
    def add_check(self, request: Request, number: str) -> Response:
        """Write down one thing it has to show."""
        given = self._input(CheckSerializer, request)
        check = actions.add_check(self.get_object(), actor=request.user, via=Via.API, **given)
        return Response(CheckSerializer(check).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="components_checks_answer",
        request=CheckAnswerSerializer,
        responses=CheckSerializer,
    )
    @action(detail=True, methods=["post"], url_path=r"checks/(?P<pk>\d{1,18})")
    def answer_check(self, request: Request, number: str, pk: str) -> Response:
        """Say whether a check is passed, and what shows it."""
        check = self._checks().filter(pk=int(pk)).first()
        if check is None:
            raise Http404
        given = self._input(CheckAnswerSerializer, request)
        done = actions.answer_check(check, actor=request.user, via=Via.API, **given)
        return Response(CheckSerializer(done).data)

    @extend_schema(request=None, responses=CountSerializer)
    @action(detail=True, methods=["post"], url_path="take-over-requirements")
    def take_over_requirements(self, request: Request, number: str) -> Response:
        """Write a check for each requirement it satisfies that has none."""
        added = actions.take_over_requirements(self.get_object(), actor=request.user, via=Via.API)
        return Response({"added": added})

    def _checks(self) -> QuerySet[AcceptanceCheck]:
        found = AcceptanceCheck.objects.filter(component_id=self.get_object().pk)
        return found.select_related("checked_by", "component")


class LineSerializer(serializers.Serializer[PurchaseLine]):
    """One line of an order."""

    id = serializers.IntegerField(read_only=True)
    text = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    component = RecordField(of="component", required=False, write_only=True)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    received = serializers.IntegerField(read_only=True)

    def to_representation(self, line: PurchaseLine) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(line)
        of = line.of_component
        return {**shown, "component": None if of is None else of.number, "total": str(line.total)}


class ReceiptSerializer(serializers.Serializer[Any]):
    """How many of one line have arrived."""

    line = serializers.IntegerField(min_value=1)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)


class ReceiptsSerializer(serializers.Serializer[Any]):
    """What has arrived."""

    lines = ReceiptSerializer(many=True, allow_empty=False)


class PurchaseOrderViewSet(RecordViewSet):
    """Purchase orders, their lines, and what of them has arrived."""

    @extend_schema(responses=LineSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"id": "pk"}, ordering="id")
    def lines(self, request: Request, number: str) -> Response:
        """List the lines of the order."""
        return self._paged(self._lines(), LineSerializer)

    @extend_schema(request=LineSerializer, responses={201: LineSerializer})
    @lines.mapping.post
    def add_line(self, request: Request, number: str) -> Response:
        """Add a line to a draft."""
        given = self._input(LineSerializer, request)
        line = actions.add_line(self.get_object(), actor=request.user, via=Via.API, **given)
        return Response(LineSerializer(line).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["delete"], url_path=r"lines/(?P<pk>\d{1,18})")
    def remove_line(self, request: Request, number: str, pk: str) -> Response:
        """Take a line off a draft."""
        line = self._lines().filter(pk=int(pk)).first()
        if line is None:
            raise Http404
        actions.remove_line(line, actor=request.user, via=Via.API)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ReceiptsSerializer, responses=DetailSerializer)
    @action(detail=True, methods=["post"])
    def receipts(self, request: Request, number: str) -> Response:
        """Book in what has arrived; the order is then partly or wholly received."""
        given = read_input(ReceiptsSerializer, request, self.get_serializer_context())
        quantities: dict[int, int] = {}
        for item in given["lines"]:
            quantities[item["line"]] = quantities.get(item["line"], 0) + item["quantity"]
        order = actions.receive_goods(
            self.get_object(), quantities=quantities, actor=request.user, via=Via.API
        )
        return self._shown(order)

    def _lines(self) -> QuerySet[PurchaseLine]:
        found = PurchaseLine.objects.filter(order_id=self.get_object().pk)
        return found.select_related("of_component", "order")


#: What the resources of obtain & build can beyond every record.
VIEWSETS: dict[str, type[RecordViewSet]] = {
    "components": ComponentViewSet,
    "purchase-orders": PurchaseOrderViewSet,
}
