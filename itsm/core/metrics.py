"""Figures for Prometheus, read when they are asked for and not before."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Histogram, multiprocess
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from itsm.core.health import findings, is_internal
from itsm.core.middleware import GetResponse

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


#: A source yields families of figures; it runs one bounded query or none.
Source = Callable[[], Iterable[Metric]]
_sources: list[Source] = []


def register_source(source: Source) -> Source:
    """Add figures to /metrics; an app above calls this once when it is loaded."""
    _sources.append(source)
    return source


class _Figures:
    """Collects the registered sources and the state of health."""

    def collect(self) -> Iterator[Metric]:
        ready = GaugeMetricFamily("throughline_ready", "1 when the check is ok.", labels=["check"])
        for name, words in findings().items():
            ready.add_metric([name], float(words == "ok"))
        yield ready
        for source in _sources:
            yield from source()


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
