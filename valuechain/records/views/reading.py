"""The page of a record, its chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import clock
from itsm.core.statements import Given, Statement
from valuechain.records import last_visit, policies
from valuechain.records.flows import flows
from valuechain.records.forms import CommentForm
from valuechain.records.kinds import kinds
from valuechain.records.models import Attachment, Draft, Record
from valuechain.records.operations import step_keys_of
from valuechain.records.panels import panels
from valuechain.records.querysets import reads_notes
from valuechain.records.remedies import remedies
from valuechain.records.sending import beside_a_reply
from valuechain.records.serving import named_files, shown_files
from valuechain.records.telling import said_value
from valuechain.records.ties import MOST_TIES, taking_part, ties_of
from valuechain.records.timeline import (
    ALL,
    CHANGES,
    CONVERSATION,
    NOTES,
    folded,
    marked,
    timeline,
)
from valuechain.records.trace import MOST_ON_A_PAGE, trace
from valuechain.records.views.access import OneRecordView, visible_record
from valuechain.records.views.conversing import draft_words, has_writing, writing_of
from valuechain.records.views.listing import template_of
from valuechain.records.views.summing_up import has_summary, summary_of
from valuechain.records.views.walking import leads_on, tail_of, walk_of
from valuechain.records.visits import stations
from valuechain.records.vocabulary import INVERSE, INVERSELY, Activity, LinkKind, Visibility

#: So many of the latest entries are shown beside a list.
LATEST = 5

TABS = (
    (ALL, gettext_lazy("All")),
    (CONVERSATION, gettext_lazy("Conversation")),
    (NOTES, gettext_lazy("Notes")),
    (CHANGES, gettext_lazy("Changes")),
)


def _for_the_page() -> dict[str, Any]:
    """Name what is answered with the record itself, most of it so that nothing is read in vain."""
    return {
        "has_writing": has_writing(Given("user"), Given("now")),
        "has_files": Exists(Attachment.objects.filter(record_id=OuterRef("pk"))),
        "requester_place": F("requester__place"),
        "requester_note": F("requester__desk_note"),
        "has_summary": has_summary(),
        **{name: ask() for name, ask in panels.asks.items()},
    }


def _for_a_peek() -> dict[str, Any]:
    return {"has_summary": has_summary()}


@Statement
def _files(insider: bool) -> Any:  # noqa: FBT001 - the shape of a statement
    return Attachment.objects.readable(insider=insider).filter(record=Given("record"))


class RecordDetailView(OneRecordView):
    """The page of one record of any kind.

    A view that refused what was filled in on this page shows it again: `given` stands in its context
    in the place of what would, and `status` says that it was refused.
    """

    given: ClassVar[Mapping[str, Any]] = {}
    status = 200

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Show the record, what may be done with it, and what happened to it."""
        actor: Any = request.user
        asked: dict[str, Any] = {"asked": _for_the_page, "now": clock.now()}
        record: Any = visible_record(resource, number, actor=actor, **asked)
        if (onward := leads_on(record, request=request)) is not None:
            return redirect(onward)
        drafts, has_left = writing_of(record, actor=actor) if record.has_writing else ([], False)
        if has_left:
            record = visible_record(resource, number, actor=actor, **asked)
        chain = trace(record, actor=actor, most=MOST_ON_A_PAGE, is_brief=True)
        tail = tail_of(request)
        may_edit = _may_edit(actor, record)
        edit_url = _record_url(record, "edit") if may_edit else ""
        ways_on = _urls(record, flows.offers(record, actor), "flow", edit_url=edit_url)
        steps = record.kind_entry.machine.offers(record, actor)
        offers = _urls(record, steps, "transition", tail, edit_url=edit_url, onward=ways_on)
        added = panels.record_context(record, actor=actor)
        # Where one key takes the record, "a" begins that and assigning alike.
        assign = "a o" if added.get("take_url") else "a"
        keys = step_keys_of(resource) | dict.fromkeys(_ASSIGNS, assign) | {"set_priority": "p"}
        for offer in offers:
            offer["tone"] = added.get("tones", {}).get(offer["name"], offer["tone"])
            offer["keys"] = keys.get(offer["name"], "")
        files = _files(reads_notes(actor, record), record=record.pk) if record.has_files else []
        context = {
            "record": record,
            "kind": record.kind_entry,
            "offers": offers,
            "leads": any(one["decision"] and one["tone"] == "primary" for one in offers),
            "flows": ways_on,
            **told(request, record, drafts, files),
            "properties": properties_of(record, actor=actor, may_edit=may_edit, offers=offers),
            "related": [
                group
                for group in related_to(record, actor=actor)
                if group["way"] not in added.get("ties_shown", ())
            ],
            "stations": stations(chain),
            # Somebody may take part in more than one way; they are one person.
            "participants": list(dict.fromkeys(p.person for p in taking_part(record))),
            "attachments": shown_files(files, record),
            "named_files": named_files([file for file in files if not file.comment_id], record),
            "edit_url": edit_url,
            "describe_url": f"{edit_url}?only=description" if edit_url else "",
            "title_url": f"{edit_url}?only=title" if edit_url else "",
            **summary_of(record, actor),
            "api_url": reverse(f"{resource}-detail", args=[record.number]),
            "chain_url": _record_url(record, "chain"),
            "link_url": _record_url(record, "link"),
            "reply_to": record.requester or "",
            **comment_forms(record, actor, drafts, tail=tail),
            "walk": walk_of(record, request=request),
            "walk_tail": tail,
            **added,
            **self.given,
        }
        return render(request, template_of(resource, "detail"), context, status=self.status)


class PeekView(OneRecordView):
    """A record in short, to be looked at beside its list; without scripts it is the record's page."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Show the fragment to whoever asks for one."""
        actor: Any = request.user
        record = visible_record(resource, number, actor=actor, asked=_for_a_peek)
        if not request.headers.get("X-Fragment"):
            return redirect(record)
        context = {
            "record": record,
            **summary_of(record, actor),
            "entry_use": None,
            "clocks": panels.record_context(record, actor=actor).get("clocks", []),
            "entries": timeline(record, actor=actor, show=ALL)[-LATEST:],
        }
        response = render(request, "records/peek.html", context)
        patch_vary_headers(response, ["X-Fragment"])
        return response


def _may_edit(actor: Any, record: Record) -> bool:
    return bool(record.kind_entry.may_edit(actor, record)) and record.is_live


def told(
    request: HttpRequest, record: Record, drafts: Sequence[Draft], files: Sequence[Attachment]
) -> dict[str, Any]:
    """Return what the timeline of a record shows, by what the address asks for."""
    show = request.GET.get("show", ALL)
    held = [draft for draft in drafts if draft.is_held]
    entries = marked(
        timeline(record, actor=request.user, show=show, held=held, files=files),
        since=last_visit.before_now(record.pk, request.user),
        actor=request.user,
        now=clock.now(),
    )
    page = record.get_absolute_url()
    here = f"{page}?show={show}&" if show != ALL else f"{page}?"
    return {
        "entry_use": panels.entry_use(record, actor=request.user),
        "timeline": folded(entries, whole="whole" in request.GET),
        "timeline_new": next((one.label for one in entries if one.kind == "new"), ""),
        "whole_url": f"{here}whole=1#timeline",
        "timeline_url": _record_url(record, "timeline")
        + (f"?{query}" if (query := request.GET.urlencode()) else ""),
        "timeline_tabs": [
            {
                "label": label,
                "url": f"{page}?show={name}" if name != ALL else page,
                "current": name == show,
            }
            for name, label in TABS
        ],
    }


class TimelineView(OneRecordView):
    """What happened to a record, alone: asked for again when a reply has left."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Answer with that part; whoever opens the address is shown the record."""
        record = self.get_record()
        if not request.headers.get("HX-Request"):
            return redirect(record)
        drafts, _has_left = writing_of(record, actor=request.user)
        files = list(Attachment.objects.readable_on(record, request.user))
        entries = told(request, record, drafts, files)
        response = render(request, "records/_timeline.html", {"record": record, **entries})
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response


def comment_forms(
    record: Record, actor: Any, drafts: Sequence[Draft] = (), *, tail: str = ""
) -> dict[str, Any]:
    """Return the two forms under a timeline, as far as the actor may use them, as they left them."""
    url = _record_url(record, "comment")
    written = {draft.name: draft for draft in drafts if not draft.is_held}
    found: dict[str, Any] = {}
    for name, visibility in (("reply", Visibility.PUBLIC), ("note", Visibility.INTERNAL)):
        if not policies.may_comment(actor, record, visibility):
            continue
        draft = written.get(name)
        initial = {"seen": record.event_count, "body": draft.body if draft else ""}
        form = CommentForm(initial=initial, prefix=name)
        form.draft, form.draft_words = draft, draft_words(draft)
        form.draft_url = _record_url(record, "draft", name)
        found |= {
            f"{name}_form": form,
            f"{name}_url": f"{url}?as={visibility}{tail and f'&{tail}'}",
        }
    if "reply_form" in found:
        found |= beside_a_reply(record, actor=actor)
    return found


def _record_url(record: Record, page: str, *args: str) -> str:
    return record.get_absolute_url() + _below(page, *args)


@cache
def _below(page: str, *args: str) -> str:
    """Return where a page stands below the page of its record: of any record it is the same."""
    some = ["tickets", "INC-1"]
    found = reverse(f"record-{page}", args=[*some, *args])
    return found.removeprefix(reverse("record-detail", args=some))


def _urls(
    record: Record,
    offers: Any,
    page: str,
    tail: str = "",
    *,
    edit_url: str,
    onward: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    return [
        {
            "name": offer.name,
            "label": offer.label,
            "tone": offer.tone,
            "asks": offer.asks,
            "decision": offer.decision,
            "to": offer.flow.to if page == "flow" else "",
            "activity": kinds[offer.flow.to].activity if page == "flow" else "",
            "remedies": remedies(record, offer.decision, edit_url=edit_url, flows=onward),
            "url": _record_url(record, page, offer.name) + (tail and f"?{tail}"),
        }
        for offer in offers
    ]  # fmt: skip


#: The steps by which a record gets another owner or team, and what is shown also when it is empty.
_ASSIGNS = frozenset({"assign", "reassign"})
_SHOWN_ABOVE = frozenset({"title", "description", "external_source", "tags"})
_ALWAYS_SHOWN = frozenset({"owner", "team", "requester", "service"})


def properties_of(
    record: Record, *, actor: Any, may_edit: bool = False, offers: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Return what the panel says of a record: its header, then what is special to its kind.

    What the actor may change leads to where it is changed: one field, or the step that assigns.
    """
    entry = record.kind_entry
    shown: list[dict[str, Any]] = []
    insider = reads_notes(actor, record)
    above = _SHOWN_ABOVE | {*panels.told_above.get(entry.resource, ())}
    names = [name for name in entry.fields if name not in above]
    names += [name for name in ("waiting_reason", "follow_up_at") if insider]
    editable = set(entry.editable) if may_edit else set()
    edit = _record_url(record, "edit")
    assign = next((o["url"] for o in offers if o["name"] in _ASSIGNS and o["decision"]), "")
    for name in names:
        field = entry.model._meta.get_field(name)
        value = getattr(record, name)
        if value in (None, "") and name not in _ALWAYS_SHOWN & set(names):
            continue
        change = f"{edit}?only={name}" if name in editable else ""
        shown.append(
            {
                "label": str(getattr(field, "verbose_name", name)).capitalize(),
                "value": _shown(record, field, value),
                "kind": _property_kind(field),
                "url": value.get_absolute_url() if isinstance(value, Record) else "",
                "edit_url": change or (assign if name in ("owner", "team") else ""),
                "in_place": bool(change),
                "keys": "t" if name == "team" else "",
            }
        )
    return shown


def _shown(record: Record, field: Any, value: Any) -> Any:
    if getattr(field, "choices", None):
        return record.describe(field.name)
    if isinstance(value, Record):
        return str(value)
    # A moment stays one: it is told by how long ago it is.
    return value if isinstance(value, datetime) else said_value(record, field.name, value)


def _property_kind(field: Any) -> str:
    from itsm.accounts.models import User

    if isinstance(field, models.ForeignKey):
        return "person" if field.related_model is User else "text"
    if isinstance(field, models.DateTimeField):
        return "moment"
    if isinstance(field, models.TextField):
        return "markdown"
    return "text"


def related_to(record: Record, *, actor: Any) -> list[dict[str, Any]]:
    """Group the records linked to this one by how they relate. One query at most."""
    found = ties_of(record, actor=actor)
    groups: dict[str, dict[str, Any]] = {}
    for link in found[:MOST_TIES]:
        is_source = link.source_id == record.pk
        kind = LinkKind(link.kind)
        label = str(kind.label if is_source else INVERSE[kind]).capitalize()
        way = kind.value if is_source else f"{INVERSELY}{kind.value}"
        group = groups.setdefault(label, {"label": label, "way": way, "items": []})
        group["items"].append(link.target if is_source else link.source)
    is_cut = len(found) > MOST_TIES
    return [group | {"is_cut": is_cut} for group in groups.values()]


class ChainView(OneRecordView):
    """The chain of a record, upstream to the demand and downstream to the value."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Show the linked records, grouped by the activity each belongs to."""
        actor: Any = request.user
        record = visible_record(resource, number, actor=actor)
        chain = trace(record, actor=actor)
        by_activity: dict[str, list[Record]] = {activity.value: [] for activity in Activity}
        for found in sorted(chain.records.values(), key=lambda r: (r.received_at, r.pk)):
            by_activity[found.activity].append(found)
        return render(
            request,
            "records/chain.html",
            {
                "record": record,
                "kind": record.kind_entry,
                "chain": chain,
                "stations": stations(chain),
                "activities": [
                    {"activity": activity.value, "label": activity.label,
                     "items": by_activity[activity.value]}
                    for activity in Activity
                ],
                "links": [
                    {
                        "source": chain.records[link.source_id],
                        "label": link.get_kind_display(),
                        "target": chain.records[link.target_id],
                    }
                    for link in chain.links
                ],
                "handovers": [
                    {
                        "source": chain.records[handover.source_id],
                        "target": chain.records[handover.target_id],
                        "status": handover.get_status_display(),
                        "offered_at": handover.offered_at,
                        "trigger": handover.trigger,
                        "input": handover.input,
                        "output": handover.output,
                    }
                    for handover in chain.handovers
                ],
                "cut_note": _("Only the nearest records are shown.") if chain.is_cut else "",
            },
        )  # fmt: skip
