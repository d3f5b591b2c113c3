"""REST for what the desk keeps ready: canned replies and macros, read and used."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.accounts.roles import DESK_ROLES
from itsm.core.rest.conditional import expected_version
from itsm.core.rest.views import ThroughlineViewSet
from tickets import preparing
from tickets.prepared import CannedReply, Macro
from valuechain.records.models import Record
from valuechain.records.placeholders import fill, unfilled
from valuechain.records.serializers import CommentSerializer, DetailSerializer, NamedSerializer
from valuechain.records.vocabulary import Via


class CannedReplySerializer(serializers.ModelSerializer[CannedReply]):
    """A reply written once and sent often; for one person, one team, or everybody."""

    team = NamedSerializer(read_only=True, allow_null=True)
    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = CannedReply
        fields: tuple[str, ...] = ("id", "title", "body", "team", "is_mine")

    def get_is_mine(self, kept: Any) -> bool:
        """Whether the caller alone has it."""
        return bool(kept.owner_id is not None)


class MacroSerializer(CannedReplySerializer):
    """Several changes to a ticket, made in one go: taken, given away, noted, answered, moved on."""

    to_team = NamedSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Macro
        fields = ("id", "title", "take", "to_team", "note", "reply", "step", "team", "is_mine")


class FilledSerializer(serializers.Serializer[Any]):
    """A canned reply as it would be sent on a ticket, and the words nothing fills in."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    unfilled = serializers.ListField(child=serializers.CharField())


class ForeseenSerializer(serializers.Serializer[Any]):
    """A macro on a ticket: what it would do, or why it cannot."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    refusal = serializers.CharField()
    changes = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="In their order: `what` is done, with which `words`.",
    )


class ChosenSerializer(serializers.Serializer[Any]):
    """Which one is used, by its id."""

    id = serializers.IntegerField(min_value=1)


class _Kept(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """What is kept ready for the caller; for the service desk alone."""

    scope = "tickets"
    model: ClassVar[type[CannedReply | Macro]]
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields: ClassVar = {"title": "title"}
    ordering = "title"
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> QuerySet[Any]:
        return kept_for(self.model, self.actor)


def kept_for(model: type[CannedReply | Macro], actor: Any) -> QuerySet[Any]:
    """Return what the actor may use: nothing outside the service desk."""
    found = model.objects.visible_to(actor).select_related("team")
    return found if actor.access.holds(DESK_ROLES) else found.none()


class CannedReplyViewSet(_Kept):
    """Canned replies."""

    model = CannedReply
    queryset = CannedReply.objects.none()
    serializer_class = CannedReplySerializer


class MacroViewSet(_Kept):
    """Macros."""

    model = Macro
    queryset = Macro.objects.none()
    serializer_class = MacroSerializer

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("to_team")


class PreparedActions:
    """What a ticket does with what is kept ready."""

    @extend_schema(responses=FilledSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], url_path="canned-replies", pagination_class=None)
    def canned_replies(self, request: Request, number: str) -> Response:
        """List canned replies filled in for the ticket."""
        ticket: Record = self.get_object()  # type: ignore[attr-defined]
        rows = []
        for kept in kept_for(CannedReply, request.user)[:100]:
            text = fill(kept.body, record=ticket, actor=request.user)
            rows.append(
                {"id": kept.pk, "title": kept.title, "text": text, "unfilled": unfilled(text)}
            )
        return Response(FilledSerializer(rows, many=True).data)

    @extend_schema(request=ChosenSerializer, responses={201: CommentSerializer})
    @canned_replies.mapping.post
    def send_canned_reply(self, request: Request, number: str) -> Response:
        """Send one on the ticket. 409 when something in it cannot be filled in."""
        given = self._input(ChosenSerializer, request)  # type: ignore[attr-defined]
        kept = _chosen(CannedReply, given["id"], request.user)
        ticket: Record = self.get_object()  # type: ignore[attr-defined]
        said = preparing.send_canned(kept, ticket, actor=request.user, via=Via.API)
        return Response(CommentSerializer(said).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ForeseenSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def macros(self, request: Request, number: str) -> Response:
        """List macros with what each would do to the ticket, or why it cannot."""
        ticket = self.get_object().specific  # type: ignore[attr-defined]
        rows = []
        for macro in kept_for(Macro, request.user).select_related("to_team")[:100]:
            refusal = preparing.refusal_of(macro, ticket, actor=request.user)
            changes = [] if refusal else preparing.changes_of(macro, ticket, actor=request.user)
            rows.append(
                {"id": macro.pk, "title": macro.title, "refusal": refusal, "changes": changes}
            )
        return Response(ForeseenSerializer(rows, many=True).data)

    @extend_schema(request=ChosenSerializer, responses=DetailSerializer)
    @macros.mapping.post
    def run_macro(self, request: Request, number: str) -> Response:
        """Run one on the ticket: all of its changes, or none. 409 with the reason."""
        given = self._input(ChosenSerializer, request)  # type: ignore[attr-defined]
        macro = _chosen(Macro, given["id"], request.user)
        ticket: Record = self.get_object()  # type: ignore[attr-defined]
        version = expected_version(request, ticket) if "If-Match" in request.headers else None
        preparing.run(macro, ticket, actor=request.user, via=Via.API, expected_version=version)
        return self._shown(self.get_object())  # type: ignore[attr-defined]


def _chosen(model: type[CannedReply | Macro], pk: int, actor: Any) -> Any:
    found = kept_for(model, actor)
    if model is Macro:
        found = found.select_related("to_team")
    kept = found.filter(pk=pk).first() if pk < 2**63 else None
    if kept is None:
        raise Http404
    return kept
