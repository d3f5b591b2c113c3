"""Saved views over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.accounts.models import Team
from itsm.core.rest.filters import filter_names
from itsm.core.rest.shape import ShapedSerializer
from itsm.core.rest.views import ThroughlineViewSet
from valuechain.records.actions.viewing import change_view, remove_view, save_view
from valuechain.records.filters import filterset_for
from valuechain.records.kinds import kinds
from valuechain.records.listing import known_columns, orders_of
from valuechain.records.models import Density, Record, SavedView


@extend_schema_field({"type": "object", "additionalProperties": {
    "type": "array", "items": {"type": "string"}}})  # fmt: skip
class FiltersField(serializers.Field[Any, Any, Any, Any]):
    """The parameters of the list's address: each name with its values."""

    def to_representation(self, value: Any) -> Any:
        return value

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        is_shaped = isinstance(data, dict) and all(
            isinstance(values, list) and all(isinstance(value, str) for value in values)
            for values in data.values()
        )
        if not is_shaped:
            raise serializers.ValidationError(
                _("Write an object of lists of words, such as {“owner”: [“me”]}."),
                code="not_understood",
            )
        return {str(name): [v for v in values if v] for name, values in data.items() if values}


class SavedViewSerializer(ShapedSerializer, serializers.ModelSerializer[SavedView]):
    """A list of one resource under a name. Without a team it is the caller's own."""

    resource = serializers.ChoiceField(choices=[])
    owner = serializers.IntegerField(source="owner_id", read_only=True)
    team = serializers.PrimaryKeyRelatedField(
        queryset=Team.objects.all(), allow_null=True, required=False
    )
    filters = FiltersField(required=False)
    ordering = serializers.CharField(required=False, allow_blank=True, max_length=40)
    columns = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=40
    )
    density = serializers.ChoiceField(choices=Density.choices, required=False, allow_blank=True)
    query = serializers.CharField(read_only=True, help_text="The list's address, after the mark.")

    class Meta:
        model = SavedView
        fields: tuple[str, ...] = (
            "id", "resource", "name", "owner", "team", "filters", "ordering", "columns", "density",
            "query", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        if "resource" in fields:
            fields["resource"] = serializers.ChoiceField(
                choices=kinds.resources, read_only=self.instance is not None
            )
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        resource = str(attrs.get("resource") or getattr(self.instance, "resource", ""))
        errors: dict[str, Any] = {}
        if "filters" in attrs and (fault := self._fault(resource, attrs["filters"])):
            errors["filters"] = fault
        ordering = attrs.get("ordering", "")
        if ordering.removeprefix("-") not in {"", *orders_of(resource)}:
            errors["ordering"] = _("Use one of: %(known)s.") % {
                "known": ", ".join(sorted(orders_of(resource)))
            }
        unknown = [key for key in attrs.get("columns", ()) if key not in known_columns(resource)]
        if unknown:
            errors["columns"] = _("There is no column “%(name)s”.") % {"name": unknown[0]}
        if errors:
            raise serializers.ValidationError(errors)
        return attrs

    def _fault(self, resource: str, filters: dict[str, list[str]]) -> str:
        query = QueryDict(mutable=True)
        for name, values in filters.items():
            query.setlist(name, values)
        asked = filterset_for(resource)(
            query, queryset=Record.objects.none(), request=self.context["request"]
        )
        known = filter_names(asked)
        for name in filters:
            if name not in known:
                return _("There is no filter “%(name)s”.") % {"name": name[:60]}
        if not asked.is_valid():
            return str(next(iter(asked.errors.values()))[0])
        return ""


class SavedViewViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """The caller's saved views, and those of their teams."""

    scope = "views"
    queryset = SavedView.objects.none()
    serializer_class = SavedViewSerializer
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields: ClassVar = {"created_at": "created_at"}
    ordering = "created_at"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[SavedView]:
        return SavedView.objects.visible_to(self.actor)

    def create(self, request: Request) -> Response:
        """Save a view of the caller's own, or share it with one of their teams."""
        given = SavedViewSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        view = save_view(actor=self.actor, **given.validated_data)
        body = SavedViewSerializer(view, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(request=SavedViewSerializer, responses=SavedViewSerializer)
    def partial_update(self, request: Request, **_address: str) -> Response:
        """Change a view."""
        view = self.get_object()
        context = self.get_serializer_context()
        given = SavedViewSerializer(view, data=request.data, partial=True, context=context)
        given.is_valid(raise_exception=True)
        changed = change_view(view, given.validated_data, actor=self.actor)
        return Response(SavedViewSerializer(changed, context=context).data)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, **_address: str) -> Response:
        """Remove a view; the records it shows stay."""
        remove_view(self.get_object(), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
