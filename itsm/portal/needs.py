"""What became of the reader's needs: each decision with its reason, and what was promised."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.portal.requests import mine, portal_request, request_of
from valuechain.engage.models import Need

MOST = 100


@login_required
def portal_needs(request: HttpRequest) -> HttpResponse:
    """List the reader's needs, each with the decision and its reason."""
    actor: Any = request.user
    found = mine(actor).of_kind(Need.KIND)[:MOST]
    needs = Need.objects.in_bulk([record.pk for record in found])
    return render(
        request,
        "portal/needs.html",
        {"needs": [needs[record.pk] for record in found]},
    )


@login_required
def portal_need(request: HttpRequest, number: str) -> HttpResponse:
    """Show one need as its stakeholder reads it; it can be answered, appealed and confirmed here."""
    if request_of(request.user, number).kind != Need.KIND:
        raise Http404
    return portal_request(request, number)
