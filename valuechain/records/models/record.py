"""The header that every work item has, whatever its kind."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team
from itsm.core import clock
from itsm.core.machine import Phase, State
from valuechain.records.kinds import Kind, kinds
from valuechain.records.querysets import RecordManager
from valuechain.records.vocabulary import (
    LIVE_PHASES,
    PHASES,
    Channel,
    Impact,
    Priority,
    Urgency,
)

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

#: The text search configuration made by the first migration: no stemming, accents ignored, so that
#: German and English words, names and error codes are all found as typed.
SEARCH_CONFIG = "throughline"

_LIVE = Q(phase__in=[phase.value for phase in LIVE_PHASES])


@cache
def _list_address(resource: str, script_prefix: str) -> str:
    """Return where the list of a resource is; its records stand below it. A page names hundreds."""
    del script_prefix
    return reverse("record-list", args=[resource])


class Record(models.Model):
    """One unit of work anywhere in the value chain.

    Each kind is one table below this one and holds only what is special to it; what lists filter
    and sort on is here, with the indexes. `state` and what follows from it are written by
    `valuechain.records.actions` alone.
    """

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=24, editable=False)
    resource = models.CharField(max_length=24, editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(_("state"), max_length=32, editable=False)
    phase = models.CharField(_("phase"), max_length=8, choices=PHASES, editable=False)
    state_since = models.DateTimeField(editable=False)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, null=True, blank=True
    )
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PORTAL)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requester"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    service = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="served_records",
        limit_choices_to={"kind": "service"},
        verbose_name=_("service"),
    )
    received_at = models.DateTimeField(
        _("received at"),
        default=clock.now,
        help_text=_("When the demand reached us; every clock starts here."),
    )
    opened_at = models.DateTimeField(_("opened at"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=clock.now, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    next_due_at = models.DateTimeField(
        _("due"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The earliest deadline of the clocks running on this record."),
    )
    waiting_reason = models.CharField(max_length=300, blank=True, editable=False)
    follow_up_at = models.DateTimeField(
        _("follow up on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("A waiting record returns by itself at this instant."),
    )
    tags = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("tags"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Short words to find it by, such as vpn. Only staff read them."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    event_count = models.PositiveIntegerField(default=0, editable=False)
    event_hash = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("The hash of the latest event, so that a cut-off audit trail is noticed."),
    )
    external_source = models.CharField(max_length=60, blank=True, editable=False)
    external_id = models.CharField(max_length=120, blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("number", "title", weight="A", config=SEARCH_CONFIG)
        + SearchVector("description", weight="B", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = RecordManager()

    #: Set by each kind's model; names its entry in the registry.
    KIND: ClassVar[str] = ""
    #: False where `with_ties()` read that nothing is linked to this record, or that nothing is a part
    #: of it or blocks it. A locked copy never knows.
    is_tied: bool = True
    is_held: bool = True

    class Meta:
        ordering = ("-opened_at", "-pk")
        base_manager_name = "objects"
        indexes: ClassVar = [
            models.Index(fields=["resource", "-opened_at", "-id"], name="record_newest"),
            models.Index(fields=["-id"], condition=~Q(tags=[]), name="record_tagged"),
            models.Index(fields=["resource", "-updated_at", "-id"], name="record_changed"),
            # What fits a word that many records hold: the latest, of whichever resource.
            models.Index(fields=["-updated_at", "-id"], name="record_changed_of_any"),
            models.Index(fields=["kind", "state", "-opened_at", "-id"], name="record_by_state"),
            models.Index(
                "resource",
                F("next_due_at").asc(nulls_last=True),
                "id",
                name="record_live_due",
                condition=_LIVE,
            ),
            # Lists in any state begin in this order, also when they are searched for a common word.
            models.Index(fields=["resource", "next_due_at", "id"], name="record_due"),
            # Few wait and many are over: without these, both are looked for among all the others.
            models.Index(
                "resource",
                F("next_due_at").asc(nulls_last=True),
                "id",
                name="record_waiting",
                condition=Q(phase=Phase.WAITING.value),
            ),
            models.Index(fields=["resource", "-opened_at", "-id"], name="record_over_newest",
                condition=Q(phase__in=[Phase.DONE.value, Phase.VOID.value]),
            ),
            models.Index(
                "resource",
                F("priority").asc(nulls_last=True),
                "id",
                name="record_live_priority",
                condition=_LIVE,
            ),
            models.Index(fields=["resource", "-opened_at", "-id"], name="record_live_newest", condition=_LIVE
            ),
            models.Index(fields=["team", "resource"], name="record_live_team", condition=_LIVE),
            models.Index(fields=["owner", "resource"], name="record_live_owner", condition=_LIVE),
            models.Index(fields=["requester", "-opened_at"], name="record_by_requester"),
            models.Index(fields=["organisation", "resource", "-opened_at"], name="record_by_organisation"),
            models.Index(fields=["service", "-opened_at"], name="record_by_service",
                condition=Q(service__isnull=False),
            ),
            models.Index(fields=["follow_up_at"], name="record_follow_up", condition=Q(follow_up_at__isnull=False)
            ),
            GinIndex(fields=["search"], name="record_search"),
            GinIndex(fields=["tags"], name="record_tags"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="record_title_trigram"),
        ]  # fmt: skip
        constraints: ClassVar = [
            models.UniqueConstraint(
                "external_source",
                "external_id",
                name="record_external_once",
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                name="record_phase_known", condition=Q(phase__in=[word for word, _label in PHASES])
            ),
            models.CheckConstraint(
                name="record_closed_when_over",
                condition=Q(_LIVE, closed_at__isnull=True)
                | Q(phase__in=[Phase.DONE.value, Phase.VOID.value], closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="record_priority_known",
                condition=Q(priority__isnull=True) | Q(priority__in=Priority.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def kind_entry(self) -> Kind:
        """The registry's entry for this record's kind."""
        return kinds[self.kind]

    @property
    def kind_label(self) -> Sentence:
        return self.kind_entry.label

    @property
    def activity(self) -> str:
        return self.kind_entry.activity

    @property
    def state_entry(self) -> State:
        return self.kind_entry.machine.state(self.state)

    @property
    def state_label(self) -> Sentence:
        return self.state_entry.label

    @property
    def is_live(self) -> bool:
        return Phase(self.phase).is_live

    @property
    def specific(self) -> Record:
        """The record as its own kind. One query, unless it is already."""
        model = self.kind_entry.model
        if isinstance(self, model):
            return self
        return cast("Record", model._default_manager.get(pk=self.pk))

    def get_absolute_url(self) -> str:
        return f"{_list_address(self.resource, get_script_prefix())}{self.number}/"

    def describe(self, name: str) -> Any:
        """Return a field's value in words, for a timeline: a person's name, a choice's label."""
        field = self._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            related = getattr(self, name)
            return None if related is None else str(related)
        if getattr(field, "choices", None):
            return str(getattr(self, f"get_{name}_display")() or "")
        value = getattr(self, name)
        return ", ".join(value) if isinstance(value, list) else value
