"""What every API view of Throughline does alike: safe repetition, one transaction, versions."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from rest_framework import mixins, viewsets
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from itsm.core.rest.conditional import etag, is_unchanged, versioned
from itsm.core.rest.filters import SHAPE_PARAMETERS, refuse_unknown
from itsm.core.rest.idempotency import answer_once


class SafeWrites(APIView):
    """Runs each write in one transaction, and each POST with an Idempotency-Key once.

    An error undoes the whole write. Put this before the other bases of a view. `shown_once` names
    the fields of its answers that are secret and must not be kept for a repetition.
    """

    shown_once: ClassVar[Collection[str]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = (request.method or "").lower()
        handler = getattr(self, method, None)
        if handler is not None and method.upper() not in SAFE_METHODS:
            # From here on the caller is known and allowed; DRF next calls the handler of this name.
            setattr(self, method, partial(self._write, handler))

    def _write(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        act = partial(handler, request, *args, **kwargs)
        return answer_once(request, act, shown_once=self.shown_once)


class ReadsVersions(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Answers a detail with its ETag, and with 304 when the reader has that version already."""

    def retrieve(self, request: Request, **_address: str) -> Any:
        refuse_unknown(request, SHAPE_PARAMETERS)
        record = self.get_object()
        # What is shown depends on the parameters too; the version alone tells one from another
        # only for the same address, which is how HTTP caches keep answers.
        if is_unchanged(request, etag(record)):
            return HttpResponseNotModified(headers={"ETag": etag(record)})
        response = Response(self.get_serializer(record).data)
        return versioned(response, record)


class ThroughlineViewSet(SafeWrites, viewsets.GenericViewSet[Any]):
    """The base of every resource.

    Declare `scope`, `serializer_class`, `ordering_fields`, `ordering` and, for filters,
    `filterset_class`; start `get_queryset` at `visible_to`.
    """

    lookup_field = "number"
    lookup_value_regex = "[A-Za-z0-9-]{1,40}"

    @property
    def actor(self) -> Any:
        """Who asks: handed to `visible_to` and to actions. HasScope made sure it is somebody."""
        return self.request.user
