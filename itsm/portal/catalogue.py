"""What requesters find without asking: how services do, what can be ordered, what is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.portal.ordering import answer_order
from itsm.portal.popularity import Popularity, popularity_of
from valuechain.deliver_support.models import KnowledgeArticle, Service, ServiceOffering
from valuechain.deliver_support.policies import may_order

SHOWN = 200


@dataclass(frozen=True)
class Tile:
    """An item of the catalogue as a requester chooses it."""

    offering: ServiceOffering
    popularity: Popularity

    @property
    def time_words(self) -> str:
        """The usual time as measured, or as its owner expects it while too few have had it."""
        if self.popularity.words or not self.offering.delivery_days:
            return self.popularity.words
        days = self.offering.delivery_days
        return ngettext(
            "Usually within %(n)d working day", "Usually within %(n)d working days", days
        ) % {"n": days}


@dataclass(frozen=True)
class Outage:
    """A service that does not work as it should, in a sentence."""

    service: Service
    words: str
    tone: str


def tiles_for(actor: Any, words: str = "") -> list[Tile]:
    """Return what the actor can order, most ordered first; with words, what fits them. Two queries."""
    offered = ServiceOffering.objects.visible_to(actor).filter(state="published")
    if words:
        offered = offered.matching(words, actor=actor)
    items = list(offered.select_related("service", "organisation").order_by("title")[:SHOWN])
    known = popularity_of(items)
    tiles = [Tile(item, known[item.number]) for item in items if may_order(actor, item)]
    return sorted(tiles, key=lambda tile: -tile.popularity.orders)


def articles_for(actor: Any, words: str = "") -> Any:
    """Return the articles the actor can read; with words, those that fit them."""
    articles = KnowledgeArticle.objects.visible_to(actor).filter(state="published")
    if words:
        articles = articles.matching(words, actor=actor)
    return articles.order_by("title")


def services_for(actor: Any) -> Any:
    """Return the services people use now."""
    return Service.objects.visible_to(actor).filter(state__in=("live", "degraded"))


def outages_for(actor: Any) -> list[Outage]:
    """Return the services that do not work as they should, worst first. One query."""
    health = Service.Health
    said = {
        health.DOWN: (_("%(service)s does not work."), "bad"),
        health.DEGRADED: (_("%(service)s works, but not as it should."), "warn"),
        health.MAINTENANCE: (_("We are working on %(service)s."), "info"),
    }
    found = services_for(actor).filter(state="degraded").order_by("title")
    outages = [
        Outage(service, words % {"service": service.title}, tone)
        for service in found
        if (known := said.get(Service.Health(service.health_shown))) is not None
        for words, tone in (known,)
    ]
    order = list(said)
    return sorted(outages, key=lambda one: order.index(Service.Health(one.service.health_shown)))


@login_required
def portal_services(request: HttpRequest) -> HttpResponse:
    """Show what can be ordered, the articles, and how the live services do."""
    actor: Any = request.user
    words = request.GET.get("q", "").strip()[:200]
    return render(
        request,
        "portal/services.html",
        {
            "services": services_for(actor).order_by("state", "title")[:SHOWN],
            "tiles": tiles_for(actor, words),
            "articles": articles_for(actor, words)[:SHOWN],
            "words": words,
        },
    )


@login_required
def portal_order(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what an item of the catalogue needs to know, and order it."""
    offering = ServiceOffering.objects.visible_to(request.user).filter(slug=slug).first()
    if offering is None or not may_order(request.user, offering):
        raise Http404
    return answer_order(request, offering)


@login_required
def portal_article(request: HttpRequest, number: str) -> HttpResponse:
    """Show a published article."""
    found = KnowledgeArticle.objects.visible_to(request.user).filter(state="published")
    article = found.filter(number=number.upper()).select_related("service").first()
    if article is None:
        raise Http404
    return render(request, "portal/article.html", {"article": article})
