"""REST for improve beyond what every record has: the quotes kept as evidence."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.errors import FieldErrors
from valuechain.improve.actions import keep_quote
from valuechain.improve.models import Quote
from valuechain.improve.serializers import QuoteInputSerializer, QuoteSerializer
from valuechain.records.answers import NotUnderstood, find_record
from valuechain.records.api import RecordViewSet
from valuechain.records.vocabulary import Via


class ImprovementViewSet(RecordViewSet):
    """Improvements, with the words that are evidence for them."""

    @extend_schema(responses=QuoteSerializer(many=True), filters=False)
    @action(
        detail=True, methods=["get"], ordering_fields={"said_at": "said_at"}, ordering="said_at"
    )
    def quotes(self, request: Request, number: str) -> Response:
        """List the quotes the caller may read; a note is read by those who read it where it was said."""
        found = Quote.objects.readable_by(self.actor).filter(improvement=self.get_object().pk)
        return self._paged(found.select_related("record"), QuoteSerializer)

    @extend_schema(request=QuoteInputSerializer, responses={201: QuoteSerializer})
    @quotes.mapping.post
    def keep(self, request: Request, number: str) -> Response:
        """Keep an entry of a record's timeline as evidence; twice changes nothing."""
        given = self._input(QuoteInputSerializer, request)
        try:
            record = find_record(given["record"], actor=self.actor)
        except NotUnderstood as problem:
            raise FieldErrors({"record": [("not_found", str(problem))]}) from problem
        quote = keep_quote(
            self.get_object(), record, given["anchor"], actor=self.actor, via=Via.API
        )
        return Response(QuoteSerializer(quote).data, status=status.HTTP_201_CREATED)
