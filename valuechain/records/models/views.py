"""What people keep of lists: named views, and what was done to many records at once."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Team
from itsm.core import clock


class Density(models.TextChoices):
    """How much room the rows of a list take; empty is the reader's own choice."""

    COMFORTABLE = "comfortable", _("Comfortable rows")
    COMPACT = "compact", _("Compact rows")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Reads over saved views."""

    def visible_to(self, actor: Any) -> SavedViewQuerySet:
        """Keep one's own, and those of one's teams."""
        return self.of(actor.pk, teams=actor.access.staff_teams)

    def of(self, person: Any, *, teams: Any) -> SavedViewQuerySet:
        """Keep a person's own, and those of the teams."""
        return self.filter(Q(owner_id=person, team__isnull=True) | Q(team_id__in=teams))


class SavedView(models.Model):
    """A list of one resource under a name: filters, order, columns and density.

    A person's own, or shared with a team. Filters hold the words of the address, `me` among them, so
    that one view serves everybody who shares it.
    """

    resource = models.CharField(max_length=24)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    filters = models.JSONField(default=dict)
    ordering = models.CharField(max_length=40, blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    density = models.CharField(max_length=12, choices=Density, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        indexes: ClassVar = [models.Index(fields=["owner", "resource"], name="view_of_owner")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "resource",
                "owner",
                "name",
                name="view_name_once_for_owner",
                condition=Q(team__isnull=True),
            ),
            models.UniqueConstraint("resource", "team", "name", name="view_name_once_in_team"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What names the view in an address."""
        return f"v{self.pk}"

    @property
    def query(self) -> str:
        """The view as the query of a list's address, without its own name."""
        pairs = [(name, value) for name, values in self.filters.items() for value in values]
        pairs += [("ordering", self.ordering)] if self.ordering else []
        pairs += [("cols", ",".join(self.columns))] if self.columns else []
        pairs += [("density", self.density)] if self.density else []
        return urlencode(pairs)


class BulkRun(models.Model):
    """One step taken on many records by one person, kept so that it can be taken back for a while.

    `changed` names each record that was moved with its version after the step, and what it was before.
    """

    resource = models.CharField(max_length=24)
    step = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    changed = models.JSONField(default=list)
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="bulk_run_age")]

    def __str__(self) -> str:
        return f"{self.step} on {len(self.changed)} by {self.actor_id}"
