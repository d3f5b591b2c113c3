"""In which language and time zone somebody new is met, until they say otherwise under Account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count

from itsm.accounts.models import Organisation, User


def usual_for(organisation: Organisation, *, actor: Any) -> dict[str, str]:
    """Return what whoever adds them uses; where a program does, what most people there use.

    At most one query, and none for a person who adds them.
    """
    if isinstance(actor, User) and not actor.is_service_account:
        return {"language": actor.language, "time_zone": actor.time_zone}
    usual = (
        User.objects.filter(organisation=organisation, is_service_account=False)
        .order_by()
        .values("language", "time_zone")
        .annotate(n=Count("pk"))
        .order_by("-n", "language", "time_zone")
        .first()
    )
    if usual is None:
        return {"language": settings.LANGUAGE_CODE, "time_zone": settings.TIME_ZONE}
    return {"language": usual["language"], "time_zone": usual["time_zone"]}
