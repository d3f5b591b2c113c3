"""What the OpenAPI document says of records: bodies by kind, transition names as an enum."""

from __future__ import annotations

from typing import Any, TypeVar

from drf_spectacular.utils import (
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers

from valuechain.records.input_serializers import input_serializer
from valuechain.records.kinds import kinds
from valuechain.records.serializers import MoveSerializer, dashed

V = TypeVar("V", bound=type[Any])


def record_schema(viewset: V, resource: str) -> V:
    """Describe a resource's viewset: what may be sent, and which transitions there are."""
    of = kinds.of_resource(resource)
    opens: Any = [_with_kind(kind.name) for kind in of]
    edits: Any = [input_serializer(kind, editing=True) for kind in of]
    title, shown = resource.title().replace("-", ""), viewset.detail_serializer
    decorate: Any = extend_schema_view(
        create=extend_schema(request=_one_of(f"{title}Open", opens), responses={201: shown}),
        partial_update=extend_schema(request=_one_of(f"{title}Edit", edits), responses=shown),
    )
    decorated: V = decorate(viewset)
    return decorated


def move_serializer(resource: str) -> type[MoveSerializer]:
    """Make the body of a transition, with the names this resource knows as an enum."""
    names = sorted(
        {
            transition.name
            for kind in kinds.of_resource(resource)
            for transition in kind.machine.transitions
            if not transition.is_hidden
        }
    )
    # An unknown name is the machine's to refuse, in its own words, so the choice stays a string.
    name_field = extend_schema_field({"type": "string", "enum": names})(
        type("TransitionName", (serializers.CharField,), {})
    )
    title = resource.title().replace("-", "")
    return type(f"{title}Move", (MoveSerializer,), {"transition": name_field(max_length=60)})


def _with_kind(name: str) -> Any:
    made = input_serializer(kinds[name], editing=False)
    fields = {"kind": serializers.ChoiceField(choices=[dashed(name)])}
    return type(made.__name__, (made,), fields)


def _one_of(name: str, found: list[Any]) -> Any:
    if len(found) == 1:
        return found[0]
    return PolymorphicProxySerializer(
        component_name=name, serializers=found, resource_type_field_name=None
    )
