"""Figures for Prometheus, read when they are asked for and not before.

`docs/operations.md` tells what they mean and what to be woken by.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Histogram, multiprocess
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from itsm.core.health import findings, is_internal
from itsm.core.middleware import GetResponse
from itsm.core.redis_client import client

log = logging.getLogger(__name__)

#: Where workers take their tasks from (`itsm.celery` says which goes where).
QUEUES = ("sla", "default", "mail", "reports")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUEST_SECONDS = Histogram(
    "throughline_request_seconds",
    "Time to answer, by route and status.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class RequestFiguresMiddleware:
    """Counts and times every request by its route, never by the address, which names records."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        REQUEST_SECONDS.labels(
            method=request.method if request.method in METHODS else "other",
            route=match.route if match else "none",
            status=response.status_code,
        ).observe(time.perf_counter() - began)
        return response


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure that goes up and down, or one for each value of a label.

    `read` runs one or two indexed queries or none; with a label it maps the label's values to their figures.
    """

    name: str
    words: str
    read: Callable[[], float | Mapping[str, float]]
    label: str = ""

    def family(self) -> Metric:
        """Read the figure now."""
        name, figures = f"throughline_{self.name}", self.read()
        if not isinstance(figures, Mapping):
            return GaugeMetricFamily(name, self.words, value=figures)
        family = GaugeMetricFamily(name, self.words, labels=[self.label])
        for value, figure in figures.items():
            family.add_metric([value], figure)
        return family


_gauges: list[Gauge] = []


def register_gauge(gauge: Gauge) -> None:
    """Add a figure to /metrics; an app above calls this once when it is loaded."""
    _gauges.append(gauge)


class _Figures:
    """Collects the figures of every app. One that cannot be read is left out and hides no other."""

    def collect(self) -> Iterator[Metric]:
        for gauge in _gauges:
            try:
                yield gauge.family()
            except Exception as problem:  # noqa: BLE001 - whatever fails, the others are told
                log.warning("%s could not be read (%s).", gauge.name, type(problem).__name__)


def _ready() -> dict[str, float]:
    return {name: float(words.startswith("ok")) for name, words in findings().items()}


def _queued() -> dict[str, float]:
    return {queue: float(client().llen(queue)) for queue in QUEUES}


register_gauge(Gauge("ready", "1 when the check is ok.", _ready, "check"))
register_gauge(Gauge("queued_tasks", "Tasks that no worker took yet.", _queued, "queue"))


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures, to the allowed networks only; for others the page is not there."""
    if not is_internal(request):
        raise Http404
    figures = CollectorRegistry()
    figures.register(_Figures())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(figures)  # type: ignore[no-untyped-call]
        body = generate_latest(figures)
    else:
        body = generate_latest(REGISTRY) + generate_latest(figures)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
