"""What is written or done so often that it is kept ready: canned replies and macros."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role


class PreparedQuerySet(models.QuerySet[Any]):
    """Reads over what is kept ready, by who may use it and who may change it."""

    def visible_to(self, actor: Any) -> PreparedQuerySet:
        """One's own, those of one's teams, and everybody's."""
        return self.filter(
            Q(owner_id=actor.pk)
            | Q(owner=None, team=None)
            | Q(owner=None, team__in=sorted(actor.access.teams))
        )

    def kept_by(self, actor: Any) -> PreparedQuerySet:
        """One's own; those of one's teams for a lead; all shared ones for an administrator."""
        rule = Q(owner_id=actor.pk)
        if actor.access.is_admin:
            rule |= Q(owner=None)
        elif Role.TEAM_LEAD in actor.access.roles:
            rule |= Q(owner=None, team__in=sorted(actor.access.teams))
        return self.filter(rule)


class Prepared(models.Model):
    """The name of something kept ready, and for whom: one person, one team, or everybody."""

    title = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(
        "accounts.Team", models.CASCADE, null=True, blank=True, related_name="+"
    )

    objects = PreparedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def audience(self) -> Any:
        """For whom it is, in words."""
        if self.owner_id is not None:
            return _("Only me")
        return self.team.name if self.team is not None else _("Everybody")


class CannedReply(Prepared):
    """A reply that is written once and sent often."""

    body = models.TextField(_("text"))


class Macro(Prepared):
    """Several changes to a ticket, made in one go."""

    take = models.BooleanField(_("make the ticket mine"), default=False)
    to_team = models.ForeignKey(
        "accounts.Team",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("give it to the team"),
    )
    note = models.TextField(_("internal note"), blank=True)
    reply = models.TextField(_("reply"), blank=True)
    step = models.CharField(_("then"), max_length=40, blank=True)
