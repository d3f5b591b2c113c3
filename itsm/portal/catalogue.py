"""What requesters find without asking: how services do, what can be ordered, what is written down."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tickets.ordering import order
from valuechain.deliver_support.models import KnowledgeArticle, Service, ServiceOffering
from valuechain.deliver_support.policies import may_order
from valuechain.deliver_support.questions import asks_of
from valuechain.records.forms import ask_form
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via

SHOWN = 200


@login_required
def portal_services(request: HttpRequest) -> HttpResponse:
    """Show how the live services do, what can be ordered, and the articles."""
    actor: Any = request.user
    words = request.GET.get("q", "").strip()[:200]
    services = Service.objects.visible_to(actor).filter(state__in=("live", "degraded"))
    offered = ServiceOffering.objects.visible_to(actor).filter(state="published")
    articles = KnowledgeArticle.objects.visible_to(actor).filter(state="published")
    if words:
        offered = offered.matching(words, actor=actor)
        articles = articles.matching(words, actor=actor)
    items = offered.select_related("service", "organisation").order_by("title")[:SHOWN]
    return render(
        request,
        "portal/services.html",
        {
            "services": services.order_by("state", "title")[:SHOWN],
            "offerings": [item for item in items if may_order(actor, item)],
            "articles": articles.order_by("title")[:SHOWN],
            "words": words,
        },
    )


@login_required
def portal_order(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what an item of the catalogue needs to know, and order it."""
    actor: Any = request.user
    offering = ServiceOffering.objects.visible_to(actor).filter(slug=slug).first()
    if offering is None or not may_order(actor, offering):
        raise Http404
    form_of = ask_form(asks_of(offering), actor=actor)
    if request.method != "POST":
        return _order_page(request, offering, form_of())
    form = form_of(request.POST)

    def send(data: dict[str, Any]) -> Any:
        data.pop("version", None)
        return order(offering, answers=data, actor=actor, via=Via.HTML)

    record = attempt(form, send)
    if record is None:
        return _order_page(request, offering, form, UNPROCESSABLE)
    return redirect("portal-sent", number=record.number)


def _order_page(
    request: HttpRequest, offering: ServiceOffering, form: Any, status: int = 200
) -> HttpResponse:
    return render(request, "portal/order.html", {"offering": offering, "form": form}, status=status)


@login_required
def portal_article(request: HttpRequest, number: str) -> HttpResponse:
    """Show a published article."""
    found = KnowledgeArticle.objects.visible_to(request.user).filter(state="published")
    article = found.filter(number=number.upper()).select_related("service").first()
    if article is None:
        raise Http404
    return render(request, "portal/article.html", {"article": article})
