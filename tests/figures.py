"""What /metrics says, as whoever watches the desk reads it."""

from __future__ import annotations

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families


def figure(name: str, **labels: str) -> float | None:
    """Return one figure as /metrics tells it; None when it is not told."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    told = {
        (sample.name, tuple(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    return told.get((f"throughline_{name}", tuple(labels.items())))
