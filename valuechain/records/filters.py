"""One set of filters for a page and for REST: the same words mean the same in both."""

from __future__ import annotations

import copy
import operator
import re
from collections import OrderedDict
from datetime import timedelta
from typing import Any, Self

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField, RangeField

from itsm.accounts.models import Organisation
from itsm.core import clock
from itsm.core.machine import Phase
from itsm.core.rest.filters import filter_names
from valuechain.records.answers import NotUnderstood, find_person, find_record
from valuechain.records.due import DueField
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LIVE_PHASES, PHASES, Channel, Priority

#: `state=open` and `state=closed` name what every kind has, beside the states of its own machine.
OPEN, CLOSED = "open", "closed"
NONE = "none"


#: A day without a time.
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

#: `not_owner=me` leaves out what `owner=me` finds; filters that take several values have such a twin.
NOT = "not_"


class SeveralInput(forms.TextInput):
    """One line for several values: repeated in the address, or with commas between them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        del files
        given = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return [part.strip() for value in given for part in str(value).split(",") if part.strip()]

    def format_value(self, value: Any) -> str:
        return ", ".join(value) if isinstance(value, list) else str(value or "")


class SeveralField(forms.Field):
    """Several words; each is read by `read`."""

    widget = SeveralInput

    def __init__(self, *, actor: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.actor = actor

    def clean(self, value: Any) -> Any:
        words = super().clean(value)
        return [self.read(word) for word in words or []]

    def read(self, word: str) -> Any:
        return word


class PeopleField(SeveralField):
    """`me`, `none`, ids, e-mail addresses or full names."""

    def read(self, word: str) -> Any:
        if word == NONE:
            return word
        try:
            return find_person(word, actor=self.actor)
        except NotUnderstood as problem:
            raise forms.ValidationError(str(problem), code="not_understood") from problem


class SeveralFilter(django_filters.Filter):
    """Filters by any of several words."""

    field_class = SeveralField


class PersonFilter(django_filters.Filter):
    """Filters by people; `me` is whoever asks, so one saved view serves a whole team."""

    field_class = PeopleField

    @property
    def field(self) -> forms.Field:
        field = super().field
        field.actor = self.parent.actor
        return field

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        people = [person for person in value if person != NONE]
        rule = Q(**{f"{self.field_name}__in": people}) if people else Q(pk__in=[])
        if NONE in value:
            rule |= Q(**{f"{self.field_name}__isnull": True})
        return qs.filter(rule)


class DueFilter(django_filters.Filter):
    """Filters by how soon the next deadline is."""

    field_class = DueField


class Filters(OrderedDict[str, Any]):
    """The filters of a FilterSet, which copies them for each request: without their choices and words."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)((name, _copied(found)) for name, found in self.items())

    def asked(self, names: Any) -> Self:
        """Return those that read one of the parameters; a range reads two that begin with its name."""
        return type(self)(
            (name, found)
            for name, found in self.items()
            if any(asked == name or asked.startswith(f"{name}_") for asked in names)
        )


def _copied(found: Any) -> Any:
    one = copy.copy(found)
    one.method = found.method  # bound to the copy
    return one


class SpanInput(django_filters.widgets.DateRangeWidget):
    """Two moments, each with a name that is read out."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        words = (_("from"), _("until"))
        for part, word in zip(context["widget"]["subwidgets"], words, strict=True):
            part["attrs"] |= {"aria-label": word, "placeholder": "2026-01-31"}
        return context


class UntilField(IsoDateTimeField):
    """The end of a span: a day without a time is meant whole, in the reader's time zone."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        is_day = isinstance(value, str) and DAY.fullmatch(value.strip())
        return found + timedelta(days=1, microseconds=-1) if found and is_day else found


class SpanField(RangeField):
    """Two moments, either of which may be left out."""

    widget = SpanInput

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__((IsoDateTimeField(), UntilField()), *args, **kwargs)


class SpanFilter(django_filters.IsoDateTimeFromToRangeFilter):
    """Filters by a span: `NAME_after` and `NAME_before`, each a moment or a day, both included."""

    field_class = SpanField


class RecordFilter(django_filters.FilterSet):
    """Filters over records of one resource; `filterset_for` makes the one a resource uses."""

    q = django_filters.CharFilter(label=_("Words"), method="by_words")
    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), method="by_kind")
    state = django_filters.MultipleChoiceFilter(label=_("State"), method="by_state")
    phase = django_filters.MultipleChoiceFilter(label=_("Phase"), choices=PHASES, distinct=False)
    priority = django_filters.MultipleChoiceFilter(
        label=_("Priority"), choices=Priority.choices, distinct=False
    )
    channel = django_filters.MultipleChoiceFilter(
        label=_("Channel"), choices=Channel.choices, distinct=False
    )
    owner = PersonFilter(label=_("Owner"), field_name="owner")
    requester = PersonFilter(label=_("Requester"), field_name="requester")
    team = SeveralFilter(label=_("Team"), method="by_team")
    organisation = SeveralFilter(label=_("Organisation"), method="by_organisation")
    service = SeveralFilter(label=_("Service"), method="by_service")
    due = DueFilter(label=_("Due"), method="by_due")
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="by_overdue")
    opened = SpanFilter(label=_("Opened"), field_name="opened_at")
    closed = SpanFilter(label=_("Finished"), field_name="closed_at")
    updated = SpanFilter(label=_("Updated"), field_name="updated_at")
    external_source = django_filters.CharFilter(label=_("External source"))
    external_id = django_filters.CharFilter(label=_("External id"))

    class Meta:
        model = Record
        fields: tuple[str, ...] = ()

    #: Every filter; a lean set has fewer of its own.
    base_filters: Filters

    _parameters: frozenset[str]
    #: The kinds of the resource; set by `filterset_for`.
    of: tuple[Kind, ...] = ()

    def __init__(
        self,
        data: Any = None,
        queryset: Any = None,
        *,
        is_lean: bool = False,
        **kwargs: Any,
    ) -> None:
        """Prepare every filter, or only those that the query asks for: enough to find rows."""
        if is_lean:
            self.base_filters = type(self).base_filters.asked(data or ())
        super().__init__(data, queryset, **kwargs)

    @classmethod
    def get_filters(cls) -> Filters:
        return Filters(super().get_filters())

    @classmethod
    def parameters(cls, request: Any) -> frozenset[str]:
        """Name every parameter that these filters read; it is the same for every request."""
        if "_parameters" not in cls.__dict__:
            cls._parameters = filter_names(cls(request=request))
        return cls._parameters

    @property
    def form(self) -> forms.Form:
        """The form of these filters, with their own fields: made for one request, so never copied."""
        if not hasattr(self, "_form"):
            self._form = forms.Form(self.data if self.is_bound else None, prefix=self.form_prefix)
            self._form.fields.update({name: one.field for name, one in self.filters.items()})
        return self._form

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

    def filter_queryset(self, queryset: Any) -> Any:
        """Keep what every filter finds, and leave out what the `not_` ones find."""
        everything = queryset.model._default_manager.all()
        for name, value in self.form.cleaned_data.items():
            chosen = self.filters[name]
            if not name.startswith(NOT):
                queryset = chosen.filter(queryset, value)
            elif value not in (None, "", [], ()):
                queryset = queryset.exclude(pk__in=chosen.filter(everything, value).values("pk"))
        return queryset

    def by_team(self, queryset: Any, _name: str, value: list[str]) -> Any:
        rule = Q(pk__in=[])
        for word in value:
            if word == NONE:
                rule |= Q(team__isnull=True)
            elif word == "mine":
                rule |= Q(team_id__in=self.actor.access.staff_teams)
            elif _is_id(word):
                rule |= Q(team_id=int(word))
            else:
                rule |= Q(team__name__iexact=word)
        return queryset.filter(rule)

    def by_organisation(self, queryset: Any, _name: str, value: list[str]) -> Any:
        """Filter by organisations and everything below them, by id or name."""
        by = Q(pk__in=[])
        for word in value:
            by |= Q(pk=int(word)) if _is_id(word) else Q(name__iexact=word)
        tops = list(Organisation.objects.filter(by).values_list("pk", flat=True))
        return queryset.filter(
            organisation_id__in=Organisation.objects.filter(lineage__overlap=tops).values("pk")
        )

    def by_service(self, queryset: Any, _name: str, value: list[str]) -> Any:
        """Filter by services, each by its number or its name."""
        rule = Q(pk__in=[])
        named = Record.objects.visible_to(self.actor).of_kind("service")
        for word in value:
            if word == NONE:
                rule |= Q(service__isnull=True)
                continue
            try:
                rule |= Q(service=find_record(word, actor=self.actor))
            except NotUnderstood:
                rule |= Q(service__in=named.filter(title__iexact=word).values("pk"))
        return queryset.filter(rule)

    def by_due(self, queryset: Any, _name: str, value: str) -> Any:
        due: Any = value
        return queryset.filter(due.rule(clock.now()))

    def by_overdue(self, queryset: Any, _name: str, value: bool) -> Any:  # noqa: FBT001 - django-filter calls it so
        late = Q(next_due_at__lt=clock.now())
        return queryset.live().filter(late) if value else queryset.exclude(late)


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 19


def _without(name: str, found: Any) -> Any:
    """Make the twin of a filter that leaves out what it finds."""
    twin = copy.deepcopy(found)
    twin.field_name = found.field_name or name
    twin.label = format_lazy("{} {}", _("Not"), found.label or name)
    return twin


#: What `filterset_for` made: by resource, out of what, and the FilterSet.
_made: dict[str, tuple[tuple[Kind, ...], dict[str, Any] | None, type[RecordFilter]]] = {}


def filterset_for(resource: str) -> type[RecordFilter]:
    """Return the FilterSet of a resource: its kinds, and the states of their machines, as choices.

    Without a resource it is the one over records of every kind registered so far. It is made once,
    and again when other kinds or filters have been registered since.
    """
    of = tuple(kinds.of_resource(resource) if resource else kinds)
    own = panels.filters.get(resource)
    made = _made.get(resource)
    if made is None or made[1] is not own or not _are_the_same(made[0], of):
        made = _made[resource] = (of, own, _make(resource, of))
    return made[2]


def _are_the_same(some: tuple[Kind, ...], others: tuple[Kind, ...]) -> bool:
    return len(some) == len(others) and all(map(operator.is_, some, others))


def _make(resource: str, of: tuple[Kind, ...]) -> type[RecordFilter]:
    states = {state.name: state.label for kind in of for state in kind.machine.states}
    state_choices = [(OPEN, _("Open")), (CLOSED, _("Finished")), *states.items()]
    kind_choices = [(kind.name, kind.label) for kind in of]
    dashed = [(kind.name.replace("_", "-"), kind.label) for kind in of if "_" in kind.name]
    declared: dict[str, Any] = {
        **{
            name: shared
            for name, make in panels.shared_filters.items()
            if (shared := make(of)) is not None
        },
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
    every = RecordFilter.declared_filters | {k: v for k, v in declared.items() if k != "of"}
    several = (django_filters.MultipleChoiceFilter, SeveralFilter, PersonFilter)
    declared |= {NOT + k: _without(k, one) for k, one in every.items() if isinstance(one, several)}
    name = f"{(resource or 'record').title().replace('-', '')}Filter"
    return type(name, (RecordFilter,), declared)
