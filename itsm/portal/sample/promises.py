"""What the sample company promises inside the house, and what its suppliers promise it."""

from __future__ import annotations

from itsm.accounts.access import SYSTEM
from sla.actions import create_agreement, publish_agreement
from sla.defaults import DAY, OFFICE
from sla.models import Calendar
from sla.vocabulary import AgreementKind, Metric

#: Name, who promises whom, for which records, what, and what pauses it.
PROMISES = (
    ("Needs: a decision within a week", AgreementKind.OLA, "need", Metric.APPROVAL, 5 * DAY),
    ("Changes: authorised within two days", AgreementKind.OLA, "change", Metric.APPROVAL, 2 * DAY),
    ("Suppliers: an answer within three days", AgreementKind.UC, "supplier_request",
     Metric.SUPPLIER, 3 * DAY),
)  # fmt: skip


def install() -> None:
    """Publish the promises, so that the stories that come after are timed by them."""
    office = Calendar.objects.get(name=OFFICE)
    for name, kind, record_kind, metric, seconds in PROMISES:
        terms = {
            "calendar": office,
            "conditions": {"kinds": [record_kind]},
            "targets": {"any": {str(metric.value): seconds}},
            "pausable": [str(metric.value)],
        }
        draft = create_agreement(name=name, kind=kind, actor=SYSTEM, terms=terms)
        publish_agreement(draft.agreement, actor=SYSTEM)
