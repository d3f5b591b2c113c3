"""What everybody may read of plan: where we want to be, and the rules that are in force."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from valuechain.plan.models import Policy, Vision

#: A list of rules longer than this is not read.
MOST = 100
#: The kinds that are read here rather than as somebody's request.
READ_HERE = ("vision", "policy")


@login_required
def portal_published(request: HttpRequest) -> HttpResponse:
    """List the published vision and the policies in force."""
    visions = Vision.objects.visible_to(request.user).filter(state="published")
    policies = Policy.objects.visible_to(request.user).filter(state="in_force")
    context = {
        "visions": visions.order_by("-state_since")[:MOST],
        "policies": policies.order_by("title", "pk")[:MOST],
    }
    return render(request, "portal/published.html", context)


@login_required
def portal_text(request: HttpRequest, number: str) -> HttpResponse:
    """Show the published vision, or a policy in force, and let the vision be acknowledged."""
    actor: Any = request.user
    visions = Vision.objects.visible_to(actor).filter(state="published")
    policies = Policy.objects.visible_to(actor).filter(state="in_force")
    if vision := visions.filter(number=number.upper()).first():
        has_read = vision.readings.filter(person_id=actor.pk).exists()
        context = {"record": vision, "text": vision.statement, "has_read": has_read}
    elif policy := policies.filter(number=number.upper()).first():
        context = {"record": policy, "text": policy.text}
    else:
        raise Http404
    return render(request, "portal/text.html", {"has_read": None, **context})
