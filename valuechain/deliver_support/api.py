"""REST for deliver & support beyond what every record can: readiness, questions, votes, freezes."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from itsm.core.rest.conditional import expected_version
from itsm.core.rest.views import ThroughlineViewSet
from valuechain.deliver_support import actions, readiness
from valuechain.deliver_support.models import ChangeFreeze, ReleaseStep
from valuechain.records.api import RecordViewSet, read_input
from valuechain.records.input_serializers import OrganisationField, PersonField, RecordField
from valuechain.records.serializers import NamedSerializer
from valuechain.records.vocabulary import Via


class BlockerSerializer(serializers.Serializer[Any]):
    """One thing that is missing."""

    name = serializers.CharField()
    sentence = serializers.CharField()


class ConditionSerializer(serializers.Serializer[Any]):
    """One line of a go/no-go list."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_met = serializers.BooleanField()
    missing = BlockerSerializer(many=True)


class ReadinessSerializer(serializers.Serializer[Any]):
    """Whether a release is ready and may go live, and what is missing."""

    is_ready = serializers.BooleanField()
    may_go_live = serializers.BooleanField()
    conditions = ConditionSerializer(many=True)


class ReleaseStepSerializer(serializers.Serializer[ReleaseStep]):
    """One thing to do when a release goes live."""

    id = serializers.IntegerField(read_only=True)
    text = serializers.CharField(max_length=300)
    owner = PersonField(required=False, allow_null=True)
    planned_at = serializers.DateTimeField(required=False, allow_null=True)
    done_at = serializers.DateTimeField(read_only=True, allow_null=True)
    done_by = NamedSerializer(read_only=True, allow_null=True)
    minutes_off = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Later than planned; below zero is earlier."
    )

    def to_representation(self, step: ReleaseStep) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(step)
        owner = step.owner
        return {**shown, "owner": None if owner is None else NamedSerializer(owner).data}


class StepDoneSerializer(serializers.Serializer[Any]):
    """Whether a step is done."""

    done = serializers.BooleanField()


class ReleaseViewSet(RecordViewSet):
    """Releases, and what they still lack."""

    @extend_schema(responses=ReadinessSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def readiness(self, request: Request, number: str) -> Response:
        """Say what the release still lacks, condition by condition."""
        release = self.get_object().specific
        shown = readiness.for_reader(readiness.conditions(release), actor=request.user)
        return Response(
            ReadinessSerializer(
                {
                    "is_ready": bool(readiness.is_ready(release)),
                    "may_go_live": bool(readiness.may_go_live(release)),
                    "conditions": shown,
                }
            ).data
        )

    @extend_schema(responses=ReleaseStepSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], ordering_fields={"id": "pk"}, ordering="id")
    def steps(self, request: Request, number: str) -> Response:
        """List the steps of the release: who, when planned, when done."""
        return self._paged(self._steps(), ReleaseStepSerializer)

    @extend_schema(request=ReleaseStepSerializer, responses={201: ReleaseStepSerializer})
    @steps.mapping.post
    def add_step(self, request: Request, number: str) -> Response:
        """Write down one thing to do."""
        given = self._input(ReleaseStepSerializer, request)
        step = actions.add_step(self.get_object(), actor=request.user, via=Via.API, **given)
        return Response(ReleaseStepSerializer(step).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="releases_steps_mark",
        request=StepDoneSerializer,
        responses=ReleaseStepSerializer,
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<pk>\d{1,18})")
    def mark_step(self, request: Request, number: str, pk: str) -> Response:
        """Say that a step is done, or that it is not after all."""
        given = self._input(StepDoneSerializer, request)
        done = actions.mark_step(
            self._step(pk), is_done=given["done"], actor=request.user, via=Via.API
        )
        return Response(ReleaseStepSerializer(done).data)

    @extend_schema(operation_id="releases_steps_remove", responses={204: None})
    @mark_step.mapping.delete
    def remove_step(self, request: Request, number: str, pk: str) -> Response:
        """Take a step off that was not done."""
        actions.remove_step(self._step(pk), actor=request.user, via=Via.API)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _steps(self) -> QuerySet[ReleaseStep]:
        found = ReleaseStep.objects.filter(release_id=self.get_object().pk)
        return found.select_related("owner", "done_by", "release")

    def _step(self, pk: str) -> ReleaseStep:
        found = self._steps().filter(pk=int(pk)).first()
        if found is None:
            raise Http404
        return found


class QuestionsSerializer(serializers.Serializer[Any]):
    """The questions a catalogue item asks, in their order."""

    form = serializers.ListField(child=serializers.DictField(), allow_empty=True)


class OfferingViewSet(RecordViewSet):
    """Catalogue items, and the questions they ask."""

    http_method_names = ("get", "post", "put", "patch", "delete", "head", "options")

    @extend_schema(responses=QuestionsSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def form(self, request: Request, number: str) -> Response:
        """Show the questions of the item."""
        offering: Any = self.get_object().specific
        return Response({"form": offering.form})

    @extend_schema(request=QuestionsSerializer, responses=QuestionsSerializer)
    @form.mapping.put
    def set_form(self, request: Request, number: str) -> Response:
        """Replace the questions of the item; needs If-Match with the version that was read."""
        offering = self.get_object()
        given = read_input(QuestionsSerializer, request, self.get_serializer_context())
        saved = actions.set_questions(
            offering,
            given["form"],
            actor=request.user,
            via=Via.API,
            expected_version=expected_version(request, offering),
        )
        return Response({"form": saved.form})


class HelpfulnessSerializer(serializers.Serializer[Any]):
    """A reader's word on an article."""

    is_useful = serializers.BooleanField()


class VotesSerializer(serializers.Serializer[Any]):
    """How many readers found an article useful, and how many did not."""

    useful = serializers.IntegerField()
    not_useful = serializers.IntegerField()


class ArticleViewSet(RecordViewSet):
    """Knowledge articles, and what readers think of them."""

    @extend_schema(responses=VotesSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def votes(self, request: Request, number: str) -> Response:
        """Count the readers who found the article useful, and those who did not."""
        return Response(self._counted(self.get_object().specific))

    @extend_schema(request=HelpfulnessSerializer, responses=VotesSerializer)
    @votes.mapping.post
    def vote(self, request: Request, number: str) -> Response:
        """Say whether the article was useful; the latest word counts."""
        article: Any = self.get_object().specific
        given = read_input(HelpfulnessSerializer, request, self.get_serializer_context())
        actions.vote(article, actor=request.user, **given)
        return Response(self._counted(article))

    def _counted(self, article: Any) -> dict[str, int]:
        return dict(
            article.votes.aggregate(
                useful=Count("pk", filter=Q(is_useful=True)),
                not_useful=Count("pk", filter=Q(is_useful=False)),
            )
        )


class FreezeSerializer(serializers.Serializer[ChangeFreeze]):
    """A time in which nothing is changed."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=120)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=300)
    organisations = serializers.ListField(child=OrganisationField(), required=False)
    services = serializers.ListField(child=RecordField(of="service"), required=False)

    def to_representation(self, freeze: ChangeFreeze) -> dict[str, Any]:
        return {
            "id": freeze.pk,
            "name": freeze.name,
            "starts_at": freeze.starts_at,
            "ends_at": freeze.ends_at,
            "reason": freeze.reason,
            "organisations": [
                {"id": organisation.pk, "name": organisation.name}
                for organisation in freeze.organisations.all()
            ],
            "services": [service.number for service in freeze.services.all()],
        }


class FreezeViewSet(ThroughlineViewSet):
    """Change freezes: when, where and why nothing is changed."""

    scope = "deliver"
    queryset: QuerySet[Any] = ChangeFreeze.objects.none()
    serializer_class = FreezeSerializer
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"
    ordering_fields = {"starts_at": "starts_at"}
    ordering = "-starts_at"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = ChangeFreeze.objects.visible_to(self.request.user)
        return found.prefetch_related("organisations", "services")

    def get_object(self) -> ChangeFreeze:
        freeze: ChangeFreeze | None = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if freeze is None:
            raise Http404
        return freeze

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the freezes that concern the caller, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """Show one freeze."""
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Response:
        """Declare a freeze."""
        return self._saved(request, None, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Replace a freeze."""
        return self._saved(request, self.get_object(), status.HTTP_200_OK)

    def destroy(self, request: Request, pk: str) -> Response:
        """Lift a freeze."""
        actions.lift_freeze(self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _saved(self, request: Request, freeze: ChangeFreeze | None, code: int) -> Response:
        given = read_input(FreezeSerializer, request, self.get_serializer_context())
        given = {"organisations": [], "services": []} | given
        saved = actions.save_freeze(freeze, actor=request.user, **given)
        return Response(self.get_serializer(saved).data, status=code)


#: What the resources of deliver & support can beyond every record.
VIEWSETS: dict[str, type[RecordViewSet]] = {
    "releases": ReleaseViewSet,
    "offerings": OfferingViewSet,
    "articles": ArticleViewSet,
}
