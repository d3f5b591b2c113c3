"""The one row that says how the house shows itself."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from itsm.core import clock

#: There is one house, so there is one row.
ONLY = 1


class Brand(models.Model):
    """Name, colour and logo, what is empty being the program's own; and how the desk is reached."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(_("name"), max_length=40, blank=True)
    accent = models.CharField(_("colour in the light theme"), max_length=7, blank=True)
    accent_dark = models.CharField(_("colour in the dark theme"), max_length=7, blank=True)
    phone = models.CharField(
        _("phone of the service desk"), max_length=40, blank=True, default="", db_default=""
    )
    email = models.EmailField(
        _("mail address of the service desk"), blank=True, default="", db_default=""
    )
    logo = models.BinaryField(null=True, help_text=_("A PNG that was drawn anew from the upload."))
    logo_width = models.PositiveSmallIntegerField(default=0)
    logo_height = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="brand_is_one", condition=models.Q(pk=ONLY)),
        ]

    def __str__(self) -> str:
        return self.name
