"""One set of filters for a page and for REST: the same words mean the same in both."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from itsm.core import clock
from itsm.core.machine import Phase
from valuechain.records.answers import NotUnderstood, find_person, find_record
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LIVE_PHASES, PHASES, Channel, Priority

#: `state=open` and `state=closed` name what every kind has, beside the states of its own machine.
OPEN, CLOSED = "open", "closed"
NONE = "none"


class PersonChoice(forms.CharField):
    """`me`, `none`, an id, an e-mail address or a full name."""

    def __init__(self, *, actor: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.actor = actor

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        if not words or words == NONE:
            return words
        try:
            return find_person(words, actor=self.actor)
        except NotUnderstood as problem:
            raise forms.ValidationError(str(problem), code="not_understood") from problem


class PersonFilter(django_filters.Filter):
    """Filters by a person; `me` is whoever asks, so one saved view serves a whole team."""

    field_class = PersonChoice

    @property
    def field(self) -> forms.Field:
        field = super().field
        field.actor = self.parent.actor
        return field

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        if value == NONE:
            return qs.filter(**{f"{self.field_name}__isnull": True})
        return qs.filter(**{self.field_name: value})


class RecordFilter(django_filters.FilterSet):
    """Filters over records of one resource; `filterset_for` makes the one a resource uses."""

    q = django_filters.CharFilter(label=_("Words"), method="by_words")
    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), method="by_kind")
    state = django_filters.MultipleChoiceFilter(label=_("State"), method="by_state")
    phase = django_filters.MultipleChoiceFilter(label=_("Phase"), choices=PHASES)
    priority = django_filters.MultipleChoiceFilter(label=_("Priority"), choices=Priority.choices)
    channel = django_filters.MultipleChoiceFilter(label=_("Channel"), choices=Channel.choices)
    owner = PersonFilter(label=_("Owner"), field_name="owner")
    requester = PersonFilter(label=_("Requester"), field_name="requester")
    team = django_filters.CharFilter(label=_("Team"), method="by_team")
    organisation = django_filters.CharFilter(label=_("Organisation"), method="by_organisation")
    service = django_filters.CharFilter(label=_("Service"), method="by_service")
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="by_overdue")
    opened = django_filters.IsoDateTimeFromToRangeFilter(label=_("Opened"), field_name="opened_at")
    closed = django_filters.IsoDateTimeFromToRangeFilter(
        label=_("Finished"), field_name="closed_at"
    )
    updated = django_filters.IsoDateTimeFromToRangeFilter(
        label=_("Updated"), field_name="updated_at"
    )
    external_source = django_filters.CharFilter(label=_("External source"))
    external_id = django_filters.CharFilter(label=_("External id"))

    class Meta:
        model = Record
        fields: tuple[str, ...] = ()

    #: The kinds of the resource; set by `filterset_for`.
    of: tuple[Kind, ...] = ()

    @property
    def actor(self) -> Any:
        return self.request.user

    def by_words(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.matching(value, actor=self.actor)

    def by_kind(self, queryset: Any, _name: str, value: list[str]) -> Any:
        return queryset.filter(kind__in=[name.replace("-", "_") for name in value])

    def by_state(self, queryset: Any, _name: str, value: list[str]) -> Any:
        rule = Q(state__in=[word for word in value if word not in (OPEN, CLOSED)])
        if OPEN in value:
            rule |= Q(phase__in=[phase.value for phase in LIVE_PHASES])
        if CLOSED in value:
            rule |= Q(phase__in=[Phase.DONE.value, Phase.VOID.value])
        return queryset.filter(rule)

    def by_team(self, queryset: Any, _name: str, value: str) -> Any:
        if value == NONE:
            return queryset.filter(team__isnull=True)
        if value == "mine":
            return queryset.filter(team_id__in=self.actor.access.staff_teams)
        if value.isascii() and value.isdigit() and len(value) < 19:
            return queryset.filter(team_id=int(value))
        return queryset.filter(team__name__iexact=value)

    def by_organisation(self, queryset: Any, _name: str, value: str) -> Any:
        """Filter by an organisation and everything below it, by id or name."""
        by = (
            Q(pk=int(value))
            if value.isascii() and value.isdigit() and len(value) < 19
            else Q(name__iexact=value)
        )
        tops = list(Organisation.objects.filter(by).values_list("pk", flat=True))
        return queryset.filter(
            organisation_id__in=Organisation.objects.filter(lineage__overlap=tops).values("pk")
        )

    def by_service(self, queryset: Any, _name: str, value: str) -> Any:
        if value == NONE:
            return queryset.filter(service__isnull=True)
        try:
            return queryset.filter(service=find_record(value, actor=self.actor))
        except NotUnderstood:
            return queryset.none()

    def by_overdue(self, queryset: Any, _name: str, value: bool) -> Any:  # noqa: FBT001 - django-filter calls it so
        late = Q(next_due_at__lt=clock.now())
        return queryset.live().filter(late) if value else queryset.exclude(late)


def filterset_for(resource: str) -> type[RecordFilter]:
    """Make the FilterSet of a resource: its kinds, and the states of their machines, as choices.

    Without a resource it is the one over records of every kind registered so far.
    """
    of = tuple(kinds.of_resource(resource) if resource else kinds)
    states = {state.name: state.label for kind in of for state in kind.machine.states}
    state_choices = [(OPEN, _("Open")), (CLOSED, _("Finished")), *states.items()]
    kind_choices = [(kind.name, kind.label) for kind in of]
    dashed = [(kind.name.replace("_", "-"), kind.label) for kind in of if "_" in kind.name]
    declared = {
        **panels.filters.get(resource, {}),
        "of": of,
        "state": django_filters.MultipleChoiceFilter(
            label=_("State"),
            method="by_state",
            choices=list(dict(state_choices).items()),
        ),
        "kind": django_filters.MultipleChoiceFilter(
            label=_("Kind"), method="by_kind", choices=[*kind_choices, *dashed]
        ),
    }
    name = f"{(resource or 'record').title().replace('-', '')}Filter"
    return type(name, (RecordFilter,), declared)
