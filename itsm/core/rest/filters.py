"""Filters of API lists: the page's own FilterSet, and nothing that it does not know."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.request import Request

from itsm.core.errors import FieldErrors
from itsm.core.rest.pagination import KeysetPagination

SHAPE_PARAMETERS = frozenset({"fields", "expand"})
LIST_PARAMETERS = SHAPE_PARAMETERS | frozenset(KeysetPagination.parameters)


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    """Applies the view's `filterset_class` and refuses parameters it does not know.

    A misspelt filter that is ignored shows a machine every record there is.
    """

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Return the rows asked for. FieldErrors (400) names each parameter that fails."""
        filterset = self.get_filterset(request, queryset, view)
        names = filter_names(filterset) if filterset is not None else frozenset()
        refuse_unknown(request, names | LIST_PARAMETERS)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise FieldErrors(
                {
                    field: [
                        (fault["code"] or "not_understood", fault["message"]) for fault in found
                    ]
                    for field, found in filterset.errors.get_json_data().items()
                }
            )
        found: QuerySet[Any] = filterset.qs
        return found


def filter_names(filterset: FilterSet) -> frozenset[str]:
    """Return the query parameters a FilterSet reads, a range's two ends included."""
    names = set()
    for name, field in filterset.form.fields.items():
        suffixes = getattr(field.widget, "suffixes", None)
        names |= {f"{name}_{suffix}" for suffix in suffixes} if suffixes else {name}
    return frozenset(names)


def refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """Raise FieldErrors for query parameters that are not known, or that hold a NUL."""
    errors: dict[str, list[tuple[str, Any]]] = {}
    for name, values in request.query_params.lists():
        if name not in known:
            message = _("There is no parameter “%(name)s”. Known are: %(known)s.") % {
                "name": name[:60].replace("\x00", "�"),
                "known": ", ".join(sorted(known)),
            }
            errors[name[:60].replace("\x00", "�")] = [("unknown_parameter", message)]
        elif any("\x00" in value for value in values):
            errors[name] = [("not_text", _("This holds a NUL character."))]
    if errors:
        raise FieldErrors(errors)
