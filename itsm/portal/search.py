"""Finding any record by number or words, and people by name."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.portal.people import SURE, people_found
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.querysets import is_broad, to_search_query
from valuechain.records.tagging import known_tags

#: Rows shown of each group, of one group alone, and how far hits are counted.
FEW, MANY, COUNTED = 7, 50, 100
#: The resource whose records outnumber all others.
LARGEST = "tickets"
NUMBER = re.compile(r"#?([A-Za-z]{2,8}-[0-9]{1,12})")


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Show what fits the words, by kind of thing; an exact number opens its record.

    Requesters are led to their own page for this.
    """
    actor: Any = request.user
    words = request.GET.get("q", "").strip()[:200]
    only = request.GET.get("type", "")
    if exact := NUMBER.fullmatch(words):
        record = Record.objects.visible_to(actor).filter(number=exact[1].upper()).first()
        if record is not None:
            return redirect(record_url(record, actor=actor))
    if not actor.access.is_staff:
        return redirect(f"{reverse('portal-find')}?{request.GET.urlencode()}")
    service = None
    if asked := request.GET.get("service", "").upper():
        services = Record.objects.visible_to(actor).of_resource("services")
        service = services.filter(number=asked).first()
    hits = _hits(words, actor=actor, only=only, service=service) if words else {}
    groups = _groups(hits, words, actor=actor, most=MANY if only else FEW)
    people = []
    if words and not only and not service:
        people = people_found(words, actor=actor)
    return render(
        request,
        "portal/search.html",
        {
            "words": words,
            "only": only,
            "only_label": _label(only) if only in kinds.resources else only,
            "service": service,
            "services": [] if service else _services(hits),
            "groups": groups,
            "people": people,
            "people_lead": len(people) <= SURE,
            "is_empty": bool(words) and not groups and not people,
        },
    )


def record_url(record: Record, *, actor: Any) -> str:
    """Return where the actor reads a record: its page, or the portal's version of it."""
    if actor.access.is_staff:
        return record.get_absolute_url()
    return reverse("portal-request", args=[record.number])


def _hits(words: str, *, actor: Any, only: str, service: Record | None) -> dict[str, list[int]]:
    """Return the keys of what fits by resource: the newest COUNTED + 1 of each.

    Those whose number or title says it come first, each the newest change first.
    """
    hits: dict[str, list[int]] = {}
    found = _newest_hits(words, actor=actor, only=only, service=service)
    # Whoever typed beginnings of words finds nothing that holds them whole.
    found = found or _newest_hits(words, actor=actor, only=only, service=service, beginnings=True)
    for resource, pk in found:
        hits.setdefault(resource, []).append(pk)
    every = [pk for pks in hits.values() for pk in pks]
    in_title = to_search_query(words, weight="A", beginnings=True)
    named = set(Record.objects.filter(pk__in=every, search=in_title).values_list("pk", flat=True))
    for pks in hits.values():
        pks.sort(key=lambda pk: pk not in named)
    return hits


def _services(hits: dict[str, list[int]]) -> list[tuple[str, str, int]]:
    """Return the services that the hits are about, with how many each, the most frequent first."""
    found = [pk for pks in hits.values() for pk in pks[:COUNTED]]
    about = Record.objects.filter(pk__in=found, service__isnull=False)
    return list(
        about.values_list("service__number", "service__title")
        .annotate(count=Count("pk"))
        .order_by("-count", "service__number")[:FEW]
    )


def _groups(
    hits: dict[str, list[int]], words: str, *, actor: Any, most: int
) -> list[dict[str, Any]]:
    """Draw what fits, grouped by resource, with how many there are as far as COUNTED. One query."""
    wanted = [pk for pks in hits.values() for pk in pks[:most]]
    shown = {record.pk: record for record in Record.objects.with_people().filter(pk__in=wanted)}
    return [
        {
            "resource": resource,
            "label": _label(resource),
            "count": f"{COUNTED}+" if len(hits[resource]) > COUNTED else str(len(hits[resource])),
            "rows": [
                {
                    "record": shown[pk],
                    "title": marked(shown[pk].title, words),
                    "url": record_url(shown[pk], actor=actor),
                }
                for pk in hits[resource][:most]
            ],
            "more": len(hits[resource]) > most,
        }
        for resource in kinds.resources
        if resource in hits
    ]


def _newest_hits(
    words: str, *, actor: Any, only: str, service: Record | None, beginnings: bool = False
) -> list[tuple[str, int]]:
    """Return the resource and the key of the newest COUNTED + 1 hits of each resource."""
    broad = is_broad(words, beginnings=beginnings)
    found = Record.objects.visible_to(actor).matching(
        words, actor=actor, broad=broad, beginnings=beginnings
    )
    if service is not None:
        found = found.filter(service_id=service.pk)
    newest = [F("updated_at").desc(), F("pk").desc()]
    first: list[tuple[str, int]] = []
    if only or broad:
        # Read in the order shown and no further than needed; the others are few, and read whole.
        one = only or LARGEST
        rows = found.of_resource(one).order_by(*newest).values_list("resource", "pk")
        first = list(rows[: COUNTED + 1])
        if only:
            return first
        # Named one by one: an index finds what they are, and not what they are not.
        found = found.filter(resource__in=[name for name in kinds.resources if name != one])
    place = Window(RowNumber(), partition_by=F("resource"), order_by=newest)
    ranked = found.annotate(place=place).filter(place__lte=COUNTED + 1)
    return [*first, *ranked.order_by("resource", "place").values_list("resource", "pk")]


def _label(resource: str) -> Any:
    if resource in panels.resource_labels:
        return panels.resource_labels[resource][1]
    return kinds.of_resource(resource)[0].label_plural


def marked(text: str, words: str) -> SafeString:
    """Return text, escaped, with what was searched for between <mark> and </mark>."""
    terms = sorted({re.escape(word) for word in re.findall(r"\w+", words)}, key=len, reverse=True)
    if not terms:
        return format_html("{}", text)
    pieces = re.split(rf"(\b(?:{'|'.join(terms)}))", text, flags=re.IGNORECASE)
    # Every second piece is what the pattern caught.
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", piece) if place % 2 else piece,)
            for place, piece in enumerate(pieces)
        ),
    )


@login_required
def records_suggest(request: HttpRequest) -> HttpResponse:
    """Answer with the rows of the list below a field that names a record; for staff only."""
    actor: Any = request.user
    if not actor.access.is_staff:
        raise Http404
    words = request.GET.get("q", "").strip()[:200]
    of = [name for name in request.GET.get("kinds", "").split(",") if name in kinds]
    found = Record.objects.visible_to(actor)
    if of:
        found = found.of_kind(*of)
    if NUMBER.fullmatch(words):
        found = found.filter(number__istartswith=words.lstrip("#"))
    elif len(words) > 1:
        found = found.matching(words, actor=actor)
    else:
        found = found.none()
    rows = found.order_by("-updated_at", "-pk")[:7]
    return render(
        request,
        "portal/_records.html",
        {"records": rows, "words": words, "none_text": _("Nothing fits.")},
    )


@login_required
def tags_suggest(request: HttpRequest) -> HttpResponse:
    """Answer with the rows of the list below a field of tags; for staff only."""
    actor: Any = request.user
    if not actor.access.is_staff:
        raise Http404
    tags = known_tags(request.GET.get("q", ""), actor=actor)[:FEW]
    return render(request, "portal/_tags.html", {"tags": tags})
