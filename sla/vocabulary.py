"""The closed lists of words that clocks and agreements use."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Metric(TextChoices):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    OWNERSHIP = "ownership", _("Ownership")
    RESOLUTION = "resolution", _("Resolution")
    APPROVAL = "approval", _("Approval")
    FULFILMENT = "fulfilment", _("Fulfilment")
    SUPPLIER = "supplier", _("Supplier")


#: Metrics that run from the demand to the end of the work; they differ only in what they are called.
LIFE_METRICS = (Metric.RESOLUTION, Metric.APPROVAL, Metric.FULFILMENT, Metric.SUPPLIER)


class AgreementKind(TextChoices):
    """Between whom an agreement is made."""

    SLA = "sla", _("Service level agreement with a customer")
    OLA = "ola", _("Operational level agreement between teams")
    UC = "uc", _("Underpinning contract with a supplier")


class ClockState(TextChoices):
    """How a clock stands."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    BREACHED = "breached", _("Breached")
    MERGED = "merged", _("Merged")
    CANCELLED = "cancelled", _("Cancelled")


class Turn(TextChoices):
    """What a line of a clock's ledger begins: a stretch of time, or the end."""

    RUN = "run", _("runs")
    PAUSE = "pause", _("paused")
    RESOLVED = "resolved", _("resolved")
    DONE = "done", _("done")
    MERGED = "merged", _("merged")
    CANCELLED = "cancelled", _("cancelled")


#: Lines after which nothing more is counted, ever.
ENDS = (Turn.DONE, Turn.MERGED, Turn.CANCELLED)


class OnChange(TextChoices):
    """What a change of priority does to a clock that runs."""

    KEEP_ELAPSED = "keep_elapsed", _("Count from the start with the new target")
    RESTART_ON_UPGRADE = "restart_on_upgrade", _("Count from the change when the target is shorter")


class RolloutMode(TextChoices):
    """How a new calendar reaches clocks that run."""

    RECOMPUTE = "recompute", _("Count the whole history by the new calendar")
    FROM_NOW = "from_now", _("Count by the new calendar from now on")


#: The step every clock has: its deadline passed.
BREACH = "breach"
