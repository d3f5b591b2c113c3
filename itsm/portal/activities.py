"""The six activities of the value chain: what each is for, what is open there, what flows in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from itsm.core.errors import RuleViolation
from valuechain.records import policies
from valuechain.records.actions import accept_handover, return_handover
from valuechain.records.flows import flows
from valuechain.records.kinds import kinds
from valuechain.records.models import Handover, Record
from valuechain.records.vocabulary import LIVE_PHASES, Activity, Via

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

SHOWN = 50
#: More than this waiting to be taken is no list anybody reads to its end.
MOST_OFFERED = 200


@dataclass(frozen=True)
class Purpose:
    """What an activity is for, what sets it off, and what comes out."""

    question: Sentence
    inputs: Sentence
    outputs: Sentence


#: Pages of an activity that are no list of a kind: name of the address, words, icon.
PLACES: dict[str, tuple[tuple[str, Sentence, str], ...]] = {
    Activity.OBTAIN_BUILD: (("build-plan", gettext_lazy("Plan"), "chart"),),
    Activity.DELIVER_SUPPORT: (
        ("change-calendar", gettext_lazy("Change calendar"), "clock"),
        ("desk-board", gettext_lazy("Desk board"), "chart"),
    ),
}
PURPOSES = {
    Activity.PLAN: Purpose(
        gettext_lazy("Where are we going, and what do we fund?"),
        gettext_lazy("Consolidated needs, performance, improvement status"),
        gettext_lazy("Vision, objectives, portfolio decisions, budgets"),
    ),
    Activity.IMPROVE: Purpose(
        gettext_lazy("What did we learn?"),
        gettext_lazy("Feedback, trends, breached promises, missed benefits"),
        gettext_lazy("Improvements with a measured effect, change requests"),
    ),
    Activity.ENGAGE: Purpose(
        gettext_lazy("What do stakeholders need, and is it justified?"),
        gettext_lazy("Requests and feedback by portal, mail, call and meeting, suppliers included"),
        gettext_lazy("Needs with a verdict, change requests, project initiations, tickets"),
    ),
    Activity.DESIGN_TRANSITION: Purpose(
        gettext_lazy("What exactly is to be there, approved and funded before anyone builds?"),
        gettext_lazy("Requirements, portfolio decisions, improvements"),
        gettext_lazy("Approved and funded specifications, transition plans"),
    ),
    Activity.OBTAIN_BUILD: Purpose(
        gettext_lazy("Are the components there, when and where they are needed, as specified?"),
        gettext_lazy("Funded specifications, supplier deliveries, changes"),
        gettext_lazy("Accepted components at their place and time"),
    ),
    Activity.DELIVER_SUPPORT: Purpose(
        gettext_lazy("Does it run as specified, and is it supported as promised?"),
        gettext_lazy("Releases, requests, incidents, events"),
        gettext_lazy("Live services, resolved tickets, feedback, change and problem records"),
    ),
}


@login_required
def activity(request: HttpRequest, activity: str) -> HttpResponse:
    """Show one activity: its purpose, its work, and the flows that meet it."""
    actor: Any = request.user
    if not actor.access.is_staff:
        return redirect("portal-home")
    try:
        of = Activity(activity.replace("-", "_"))
    except ValueError:
        raise Http404 from None
    entries = kinds.of_activity(of)
    names = [kind.name for kind in entries]
    counts = dict(
        Record.objects.visible_to(actor)
        .live()
        .of_kind(*names)
        .order_by()
        .values_list("kind")
        .annotate(Count("pk"))
    )
    return render(
        request,
        "portal/activity.html",
        {
            "activity": of.value,
            "label": of.label,
            "purpose": PURPOSES[of],
            "places": [
                {"url": reverse(name), "label": label, "icon": icon}
                for name, label, icon in PLACES.get(of, ())
            ],
            "kinds": [
                {
                    "kind": kind,
                    "open": counts.get(kind.name, 0),
                    "url": reverse("record-list", args=[kind.resource])
                    + f"?state=open&kind={kind.name}",
                    "new_url": reverse("record-new", args=[kind.resource]) + f"?kind={kind.name}",
                }
                for kind in entries
            ],
            "flows_in": _flows(names, incoming=True),
            "flows_out": _flows(names, incoming=False),
            "handovers": [
                _offer(handover, actor)
                for handover in offered(actor).filter(to_activity=of)[:SHOWN]
            ],
        },
    )


def offered(actor: Any) -> Any:
    """The handovers that wait for somebody to take them over and that the actor may see.

    Work that was finished without anybody saying that they took it waits for nobody.
    """
    return (
        Handover.objects.visible_to(actor)
        .filter(status=Handover.Status.OFFERED, target__phase__in=LIVE_PHASES)
        .select_related("source", "target", "target__organisation", "offered_by")
        .order_by("offered_at", "pk")
    )


def near_handovers(actor: Any) -> list[Handover]:
    """The handovers offered to the actor or their teams, or to nobody where they may take them."""
    found = offered(actor)[:MOST_OFFERED]
    return [handover for handover in found if _is_near(handover.target, actor)]


def _is_near(record: Record, actor: Any) -> bool:
    """Whether work offered is for the actor or their teams; for nobody's, whoever may take it."""
    if record.owner_id == actor.pk or record.team_id in actor.access.staff_teams:
        return True
    is_nobodys = record.owner_id is None and record.team_id is None
    return is_nobodys and bool(policies.may_work(actor, record))


@login_required
def handovers(request: HttpRequest) -> HttpResponse:
    """Show all work that waits for the reader to take it over."""
    actor: Any = request.user
    if not actor.access.is_staff:
        raise Http404
    rows = [_offer(handover, actor) for handover in near_handovers(actor)]
    return render(request, "portal/handovers.html", {"handovers": rows})


def _offer(handover: Handover, actor: Any) -> dict[str, Any]:
    return {"handover": handover, "may": policies.may_work(actor, handover.target)}


def _flows(names: list[str], *, incoming: bool) -> list[dict[str, Any]]:
    """Return the flows into or out of some kinds, each with the activity at its other end."""
    found = []
    for flow in flows:
        if incoming and flow.to in names:
            ends = [name for name in flow.sources if name in kinds]
        elif not incoming and set(flow.sources) & set(names) and flow.to in kinds:
            ends = [flow.to]
        else:
            continue
        found.append(
            {
                "flow": flow,
                "ends": [
                    {"label": kinds[name].label, "activity": kinds[name].activity} for name in ends
                ],
                "own": [
                    kinds[name].label
                    for name in ((flow.to,) if incoming else flow.sources)
                    if name in names
                ],
            }
        )
    return found


@login_required
@require_POST
def settle_handover(request: HttpRequest, pk: int, answer: str) -> HttpResponse:
    """Accept work that was handed over, or send it back with the reason."""
    actor: Any = request.user
    handover = Handover.objects.visible_to(actor).filter(pk=pk).select_related("target").first()
    if handover is None or not actor.access.is_staff:
        raise Http404
    back = reverse("activity", args=[handover.to_activity.replace("_", "-")])
    try:
        if answer == "accept":
            accept_handover(handover, actor=actor, via=Via.HTML)
            messages.success(
                request, _("%(number)s is taken over.") % {"number": handover.target.number}
            )
            return redirect(handover.target.get_absolute_url())
        reason = request.POST.get("reason", "")[:2000]
        return_handover(handover, reason=reason, actor=actor, via=Via.HTML)
        messages.success(request, _("%(number)s goes back.") % {"number": handover.source.number})
    except RuleViolation as violation:
        messages.error(request, str(violation.message))
    return redirect(back)
