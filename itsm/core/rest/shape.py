"""Lets a reader choose the fields of an answer, and take related things along in one request."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from itsm.core.errors import FieldErrors


class ShapedSerializer(serializers.Serializer[Any]):
    """Honours `?fields=number,title` and `?expand=owner,team` on reading.

    `Meta.expandable` maps a field name to the serializer class (or a function without arguments
    that returns it) whose output takes the place of the plain value. The view's queryset must
    select what can be expanded, or each row costs a query.
    """

    shape_parameters: ClassVar[tuple[str, ...]] = ("fields", "expand")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        request = self.context.get("request")
        if request is None or request.method not in {"GET", "HEAD"} or not self._is_outermost():
            return fields
        for name in self._asked(request, "expand", known=self._expandable()):
            made = self._expandable()[name]
            serializer = made if isinstance(made, type) else made()
            fields[name] = serializer(read_only=True)
        chosen = self._asked(request, "fields", known=fields)
        return {name: fields[name] for name in chosen} if chosen else fields

    def _is_outermost(self) -> bool:
        parent = self.parent
        return parent is None or (
            isinstance(parent, serializers.ListSerializer) and parent.parent is None
        )

    def _expandable(self) -> dict[str, Any]:
        return getattr(getattr(self, "Meta", None), "expandable", {})

    def _asked(self, request: Any, parameter: str, *, known: dict[str, Any]) -> list[str]:
        given = request.query_params.get(parameter, "")
        names = list(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
        unknown = [name for name in names if name not in known]
        if unknown:
            message = _("Not known: %(unknown)s. Known are: %(known)s.") % {
                "unknown": ", ".join(unknown)[:200],
                "known": ", ".join(sorted(known)) or "-",
            }
            raise FieldErrors({parameter: [("unknown_name", message)]})
        return names
