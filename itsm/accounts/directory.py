"""The directory over REST: people, teams and organisations, as far as the caller knows them."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import mixins, serializers

from itsm.accounts.models import Organisation, Team, User
from itsm.core.rest.shape import ShapedSerializer
from itsm.core.rest.views import ThroughlineViewSet


class PersonFilter(django_filters.FilterSet):
    """Finds people by words in name, address, phone or number, or by organisation."""

    q = django_filters.CharFilter(label=_("Words"), method="by_words")
    organisation = django_filters.NumberFilter(field_name="organisation_id")
    email = django_filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def by_words(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.matching(value)


class PersonSerializer(ShapedSerializer, serializers.ModelSerializer[User]):
    """A person of the directory."""

    desk_note = serializers.SerializerMethodField(
        help_text=_("What the desk has to know when this person calls. Only staff see it.")
    )

    def get_desk_note(self, person: User) -> str:
        request = self.context.get("request")
        access = getattr(getattr(request, "user", None), "access", None)
        return person.desk_note if access is not None and access.is_staff else ""

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            "id", "name", "email", "phone", "employee_number", "place", "desk_note",
            "organisation", "is_active", "is_service_account", "language", "time_zone",
        )  # fmt: skip
        read_only_fields = fields


class TeamSerializer(ShapedSerializer, serializers.ModelSerializer[Team]):
    """A team that work is assigned to."""

    email = serializers.CharField(read_only=True, help_text=_("Empty when the team has none."))

    class Meta:
        model = Team
        fields: tuple[str, ...] = ("id", "name", "organisation", "email", "is_active")
        read_only_fields = fields


class OrganisationSerializer(ShapedSerializer, serializers.ModelSerializer[Organisation]):
    """An organisation and its place in the tree."""

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = (
            "id", "name", "kind", "parent", "lineage", "shares_records", "is_active",
        )  # fmt: skip
        read_only_fields = fields


class DirectoryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ThroughlineViewSet):
    """What the parts of the directory have in common."""

    scope = "people"
    lookup_field = "pk"
    lookup_value_regex = r"\d{1,18}"
    ordering_fields: ClassVar = {"name": "name", "id": "pk"}
    ordering = "name"


class PersonViewSet(DirectoryViewSet):
    """People."""

    queryset = User.objects.none()
    serializer_class = PersonSerializer
    filterset_class = PersonFilter

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.visible_to(self.actor)


class TeamViewSet(DirectoryViewSet):
    """Teams."""

    queryset = Team.objects.none()
    serializer_class = TeamSerializer

    def get_queryset(self) -> QuerySet[Team]:
        return Team.objects.visible_to(self.actor)


class OrganisationViewSet(DirectoryViewSet):
    """Organisations."""

    queryset = Organisation.objects.none()
    serializer_class = OrganisationSerializer

    def get_queryset(self) -> QuerySet[Organisation]:
        return Organisation.objects.visible_to(self.actor)
