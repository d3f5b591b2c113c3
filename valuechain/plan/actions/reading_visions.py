"""Saying that one has read the vision."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.errors import RuleViolation
from valuechain.plan.models import Vision, VisionReading


@transaction.atomic
def acknowledge(vision: Vision, *, actor: Any) -> VisionReading:
    """Note that the actor has read a published vision; saying it twice changes nothing.

    Raises RuleViolation("not_published").
    """
    if vision.state != "published":
        raise RuleViolation("not_published", _("Only a published vision can be acknowledged."))
    reading, _new = VisionReading.objects.get_or_create(
        vision=vision, person=actor, defaults={"at": clock.now()}
    )
    return reading
