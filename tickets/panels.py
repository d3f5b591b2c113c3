"""How tickets are shown: the columns and named views of their lists, what their page adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.statements import Given, Statement
from tickets.actions.merging import may_split_back
from tickets.asks import TICKET_KINDS
from tickets.similar import known_errors, seen_before
from valuechain.records.models import Event, Link, Record, TimeEntry
from valuechain.records.panels import panels
from valuechain.records.policies import may_desk, may_work
from valuechain.records.querysets import reads_notes
from valuechain.records.ties import taking_part, ties_of
from valuechain.records.vocabulary import LinkKind, ParticipationRole

if TYPE_CHECKING:
    from itsm.accounts.access import Sight


def register() -> None:
    """Tell the record pages how tickets are shown."""
    if ticket_page not in panels.pages:
        panels.pages.append(ticket_page)
        panels.rows.append(_hide_tags)
    panels.asks["spent_s"] = _spent
    panels.event_words["ticket.released"] = ("link", _released)
    for kind in TICKET_KINDS:
        panels.event_words[f"{kind}.split_back"] = ("transition", _("split this back off"))
    panels.resource_labels["tickets"] = (_("ticket"), _("Tickets"))
    panels.default_ordering["tickets"] = "next_due_at"
    panels.columns["tickets"] = (
        "number", "title", "last_message", "requester", "priority", "clock", "state", "owner",
        "updated_at",
    )  # fmt: skip
    panels.opens_with["tickets"] = "open"
    panels.named_views["tickets"] = (
        ("unassigned", _("Unassigned"), "state=open&owner=none"),
        ("mine", _("Mine"), "state=open&owner=me"),
        ("risk", _("At risk"), "state=open&clock=at_risk"),
        ("breached", _("Breached"), "state=open&clock=breached"),
        ("open", _("All open"), "state=open"),
        ("team", _("My teams"), "state=open&team=mine"),
        ("waiting", _("Waiting"), "phase=waiting"),
        ("overdue", _("Overdue"), "state=open&overdue=true"),
        # What is over has nothing due: the newest first.
        ("finished", _("Finished"), "state=closed&ordering=-opened_at"),
        ("all", _("All"), "view=all"),
    )


def ticket_page(record: Record, actor: Any) -> dict[str, Any]:
    """Return what the page of a ticket shows beyond that of any record. Four queries at most."""
    if record.kind not in TICKET_KINDS:
        return {}
    may_change = bool(may_work(actor, record))
    is_desk = bool(may_desk(actor, record))
    ties = ties_of(record, actor=actor)
    successor = record.kind_entry.successor(record)
    parts = [tie.source for tie in ties if tie.kind == LinkKind.CHILD_OF]
    children = [part for part in parts if part.pk != record.pk]
    return {
        **tags_of(record, actor),
        "known_url": reverse("ticket-known", args=[record.number])
        if is_desk and _is_looked_up(record)
        else "",
        "successor": successor,
        "is_converted": successor is not None
        and (LinkKind.DERIVED_FROM, successor.pk) in {(tie.kind, tie.source_id) for tie in ties},
        "absorbed": _absorbed(record, ties),
        "split_back": may_split_back(actor, record) if record.state == "merged" else None,
        "children": children,
        "children_open": sum(child.is_live for child in children),
        "is_major": getattr(record, "is_major", False) and record.is_live,
        "is_watching": any(
            taking.person_id == actor.pk and taking.role == ParticipationRole.WATCHER
            for taking in taking_part(record)
        ),
        "watch_url": reverse("ticket-watch", args=[record.number]),
        "spent_s": getattr(record, "spent_s", None) or 0,
        "time_url": reverse("ticket-time", args=[record.number]) if may_change else "",
        "take_url": reverse("ticket-take", args=[record.number])
        if may_change and record.is_live and record.owner_id is None and _takes(record, actor)
        else "",
        "asker_latest": _latest_of(record, actor),
        "priority_why": _why(record),
        "macros_url": reverse("ticket-macros", args=[record.number])
        if is_desk and record.is_live
        else "",
        "split_url": reverse("ticket-split", args=[record.number])
        if record.is_live and is_desk
        else "",
    }


def _is_looked_up(record: Any) -> bool:
    """Whether others like it may help: of a live incident."""
    return bool(record.kind == "incident" and record.is_live)


def known_already(record: Any, actor: Any) -> dict[str, Any]:
    """Return what is known of a live incident: the error behind it, others like it, what came of them.

    Three queries. Asked for once the page of the incident is there, which need not wait for it.
    """
    if not _is_looked_up(record):
        return {}
    ties = ties_of(record, actor=actor)
    others = {end.pk: end for tie in ties for end in (tie.source, tie.target)}
    problems = [other for other in others.values() if other.kind == "problem"]
    return {
        "known": known_errors(
            record.title, actor=actor, service=record.service,
            linked=[problem.pk for problem in problems],
        ),
        "seen_before": seen_before(record, actor=actor, now=clock.now()),
        "gathered_in": [
            tie.target
            for tie in ties
            if tie.kind == LinkKind.EVIDENCE_FOR and tie.source_id == record.pk
        ],
        "tied": [problem.number for problem in problems],
        "tie_url": reverse("record-link", args=[record.resource, record.number]),
    }  # fmt: skip


def _absorbed(record: Record, ties: Sequence[Link]) -> list[Record]:
    """Return the tickets that became part of this one, of those the reader sees."""
    linked = [
        tie.source if tie.target_id == record.pk else tie.target
        for tie in ties
        if (tie.kind == LinkKind.DUPLICATES and tie.target_id == record.pk)
        or (tie.kind == LinkKind.DERIVED_FROM and tie.source_id == record.pk)
    ]
    return [other for other in linked if other.state == "merged"]


def tags_of(record: Record, actor: Any) -> dict[str, Any]:
    """Return the tags of a ticket for its panel, and where they change, for those who work on it."""
    if not reads_notes(actor, record):
        return {}
    may_tag = record.is_live and bool(record.kind_entry.may_edit(actor, record))
    return {
        "tags": [{"word": tag, "url": _tagged(tag)} for tag in record.tags],
        "tags_url": reverse("ticket-tags", args=[record.number]) if may_tag else "",
    }


def _tagged(tag: str) -> str:
    query = urlencode({"state": "open", "tag": tag})
    return f"{reverse('record-list', args=['tickets'])}?{query}"


def _hide_tags(records: Sequence[Record], actor: Any) -> None:
    """A reader who does not work on a row sees it without its tags; nothing is saved."""
    for record in records:
        if record.tags and not reads_notes(actor, record):
            record.tags = []


def _released(event: Event) -> str:
    return gettext("split %(number)s back off") % {"number": event.data["other"]}


def _latest_of(record: Record, actor: Any) -> list[Record]:
    """Return the last three other tickets of whoever asked. One query."""
    if record.requester_id is None:
        return []
    access = actor.access
    return _others(access.sight, **access.given, requester=record.requester_id, record=record.pk)


@Statement
def _others(sight: Sight) -> Any:
    asked = Record.objects.visible_to(sight).of_kind(*TICKET_KINDS)
    others = asked.filter(requester_id=Given("requester")).exclude(pk=Given("record"))
    shown = others.only("number", "title", "kind", "resource", "state", "phase", "opened_at")
    return shown.order_by("-opened_at", "-pk")[:3]


def _spent() -> Subquery:
    spent = TimeEntry.objects.filter(record_id=OuterRef("pk")).order_by().values("record")
    return Subquery(spent.annotate(total=Sum("seconds")).values("total"))


def _why(record: Record) -> str:
    """Say where the priority comes from: its cell of the matrix, or why it was overridden."""
    reason = str(getattr(record, "priority_override", ""))
    if reason:
        return gettext("Overridden: %(reason)s") % {"reason": reason}
    if not record.impact or not record.urgency:
        return ""
    words = {"impact": record.describe("impact"), "urgency": record.describe("urgency")}
    return gettext("%(impact)s · %(urgency)s") % words


def _takes(record: Record, actor: Any) -> bool:
    return taking_step(record, actor) is not None


def taking_step(record: Record, actor: Any) -> str | None:
    """Return the transition by which the actor makes the ticket their own, or None."""
    machine = record.kind_entry.machine
    for step in machine.leaving(record.state):
        if step.name in ("assign", "reassign") and machine.decide(step, record, actor):
            return step.name
    return None
