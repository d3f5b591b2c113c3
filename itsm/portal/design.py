"""The living page of every component in every state, with words from the desk and no database."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from itsm.core.clock import now
from itsm.core.decisions import ALLOW, deny
from itsm.core.markdown import to_html
from valuechain.records.remedies import Remedy

COLOURS = {
    "canvas surface sunken raised border border-strong": _("Ground and lines"),
    "ink ink-2 ink-3 accent accent-hover accent-tint on-accent focus": _("Text and action"),
    "neutral-fg neutral-tint neutral-solid info-fg info-tint info-solid": _("Neutral and new"),
    "ok-fg ok-tint ok-solid warn-fg warn-tint warn-solid": _("Met and at risk"),
    "bad-fg bad-tint bad-solid hold-fg hold-tint hold-solid": _("Missed and waiting"),
    "act-plan act-improve act-engage act-design act-build act-deliver": _("Activities"),
}


def _icon_names() -> list[str]:
    """Return the names of the icons there are, read from the sprite itself."""
    sprite = finders.find("img/icons.svg")
    return re.findall(r'<symbol id="([\w-]+)"', Path(str(sprite)).read_text(encoding="utf-8"))


class CallForm(forms.Form):
    """A small call form, to show each kind of field."""

    problem = forms.CharField(label=_("What is wrong?"), help_text=_("In the caller's own words."))
    service = forms.ChoiceField(
        label=_("Service"), choices=[("payroll", _("Payroll")), ("vpn", _("Remote access"))]
    )
    impact = forms.ChoiceField(
        label=_("Impact"),
        widget=forms.RadioSelect,
        choices=[("1", _("Everyone")), ("2", _("Whole site")), ("3", _("One team"))],
    )
    details = forms.CharField(label=_("Details"), widget=forms.Textarea, required=False)
    is_major = forms.BooleanField(label=_("This is a major incident"), required=False)


class WordsForm(forms.Form):
    """The one field of a reply or a note."""

    text = forms.CharField(label=_("Text"), widget=forms.Textarea, help_text=_("Markdown works."))


class FilterForm(forms.Form):
    """What narrows a list."""

    q = forms.CharField(label=_("Words"), required=False)
    state = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any")), ("open", _("Open"))]
    )


def _clock(label: str | Promise, state: str, remaining_s: int, **more: Any) -> dict[str, Any]:
    at = now()
    return {
        "metric_label": label,
        "state": state,
        "remaining_s": remaining_s,
        "target_s": 8 * 3600,
        "due_at": at + timedelta(seconds=remaining_s),
        "risk_s": 2 * 3600,
        "is_open_now": True,
        "next_change_at": at + timedelta(hours=6),
        "finished_at": None,
    } | more


def _clocks() -> list[dict[str, Any]]:
    done = {"finished_at": now()}
    return [
        _clock(_("Response"), "met", 1860, **done),
        _clock(_("Resolution"), "running", 21900),
        _clock(_("Resolution"), "running", 1080),
        _clock(_("Resolution"), "running", -2520),
        _clock(_("Resolution"), "paused", 4200, pause_reason=_("Waiting for the caller")),
        _clock(_("Response"), "breached", -720, **done),
        _clock(_("Resolution"), "idle", 28800, due_at=None),
        _clock(_("Resolution"), "running", 184800),
    ]


def _record(number: str, title: str | Promise, **more: Any) -> SimpleNamespace:
    at = now()
    facts = {
        "number": number,
        "title": title,
        "kind_label": _("Incident"),
        "state_label": _("In progress"),
        "phase": "open",
        "priority": 3,
        "requester": "Ana Ruiz",
        "owner": None,
        "team": "Payroll desk",
        "service": "Payroll",
        "clock": None,
        "is_unread": False,
        "opened_at": at - timedelta(hours=3),
        "updated_at": at - timedelta(minutes=12),
        "next_due_at": at + timedelta(hours=2),
        "get_absolute_url": lambda: "#records",
    }
    return SimpleNamespace(**(facts | more))


def _records(clocks: list[dict[str, Any]]) -> list[SimpleNamespace]:
    return [
        _record(
            "INC-10477",
            _("Payroll export stops at line 4,000"),
            priority=1,
            clock=clocks[2],
            owner="Mary Okafor",
            is_unread=True,
        ),
        _record(
            "INC-10471", _("Remote access drops every ten minutes"), priority=2, clock=clocks[3]
        ),
        _record(
            "REQ-2210",
            _("Laptop for a new starter on 1 December"),
            clock=clocks[4],
            phase="waiting",
            state_label=_("Waiting for approval"),
            owner="Jon Lind",
            kind_label=_("Request"),
        ),
        _record(
            "INC-10466",
            _("Badge reader at gate 3 shows a red light"),
            phase="new",
            state_label=_("New"),
            clock=clocks[1],
            priority=4,
        ),
        _record(
            "INC-10459",
            _("Shared mailbox missing after the move"),
            phase="done",
            state_label=_("Resolved"),
            clock=clocks[0],
            owner="Mary Okafor",
        ),
    ]


COLUMNS = [
    {"key": "number", "label": _("Number"), "sort_url": "?sort=number", "sorted": ""},
    {"key": "title", "label": _("Subject"), "sort_url": "", "sorted": ""},
    {"key": "priority", "label": _("Priority"), "sort_url": "?sort=priority", "sorted": ""},
    {"key": "clock", "label": _("Clock"), "sort_url": "?sort=-due", "sorted": "ascending"},
    {"key": "state", "label": _("Status"), "sort_url": "?sort=state", "sorted": ""},
    {"key": "service", "label": _("Service"), "sort_url": "", "sorted": ""},
    {"key": "owner", "label": _("Owner"), "sort_url": "", "sorted": ""},
    {"key": "updated_at", "label": _("Changed"), "sort_url": "?sort=-updated", "sorted": ""},
]


def _offers() -> list[dict[str, Any]]:
    def offer(name: str, label: str | Promise, **more: Any) -> dict[str, Any]:
        facts = {"tone": "plain", "url": "#actions", "decision": ALLOW, "asks": ("reason",)}
        return {"name": name, "label": label} | facts | more

    return [
        offer("resolve", _("Resolve"), tone="primary"),
        offer("assign", _("Assign")),
        offer("wait", _("Wait for the caller")),
        offer("cancel", _("Cancel"), tone="danger"),
        offer(
            "close",
            _("Close"),
            decision=deny(
                _("A ticket closes when nothing open hangs below it."),
                missing=["INC-10480", "INC-10482"],
            ),
            remedies=[Remedy("INC-10480", "#related"), Remedy("INC-10482", "#related")],
        ),
        offer("merge", _("Merge"), decision=deny(_("Only a team lead merges tickets."))),
    ]


def _timeline(at: datetime) -> list[SimpleNamespace]:
    def entry(kind: str, minutes: int, label: str | Promise, **more: Any) -> SimpleNamespace:
        facts = {"actor": "Mary Okafor", "body_html": "", "changes": [], "via": "", "anchor": ""}
        when = {"kind": kind, "at": at - timedelta(minutes=minutes), "label": label}
        looks = {"is_internal": kind == "note", "is_grouped": False}
        return SimpleNamespace(**(when | looks | facts | more))

    call = _("The export has stopped at line 4,000 since this morning. Pay day is on Friday.")
    reply = _(
        "Thank you for calling. The file is split in two for now:\n\n1. people A to M\n2. N to Z"
    )
    return [
        entry("call", 190, _("called"), actor="Ana Ruiz", body_html=to_html(str(call))),
        entry("sla", 190, _("Resolution clock started, due today"), actor=""),
        entry(
            "change",
            171,
            _("changed 2 fields"),
            changes=[
                {"field": _("Priority"), "before": "P3", "after": "P1"},
                {"field": _("Team"), "before": "", "after": "Payroll desk"},
            ],
        ),
        entry("transition", 170, _("took the ticket"), via=_("by REST")),
        entry(
            "note",
            121,
            _("wrote a note"),
            body_html=to_html(str(_("Same fault as in `INC-9120`."))),
        ),
        entry("reply_out", 48, _("replied by email"), body_html=to_html(str(reply))),
        entry("link", 30, _("linked CHG-1045, Raise the line limit of the export")),
        entry(
            "reply_in", 12, _("replied"), actor="Ana Ruiz", body_html=to_html(str(_("That works.")))
        ),
    ]


def _stations() -> dict[str, list[dict[str, Any]]]:
    def station(activity: str, visits: list[int], seconds: int, **more: Any) -> dict[str, Any]:
        return {"activity": activity, "visits": visits, "seconds": seconds} | more

    here = {"url": "#strip", "count": 2}
    return {
        "travelled": [
            station("plan", [], 0),
            station("improve", [5], 7200, current=True, url="#strip", count=1),
            station("engage", [1, 3], 1080, **here),
            station("design", [], 0),
            station("build", [4], 187200, **here),
            station("deliver", [2], 15000, **here),
        ],
        "fresh": [
            station(name, [1] if name == "engage" else [], 240, current=name == "engage")
            for name in ("plan", "improve", "engage", "design", "build", "deliver")
        ],
    }


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    at, clocks = now(), _clocks()
    failed = CallForm({"problem": "", "service": "payroll", "details": _("Since 08:10")})
    failed.full_clean()
    records = _records(clocks)
    context = {
        "colours": [(label, names.split()) for names, label in COLOURS.items()],
        "icons": _icon_names(),
        "activities": ["plan", "improve", "engage", "design", "build", "deliver"],
        "clocks": clocks,
        "record": records[0],
        "kind": {"label": _("Ticket"), "label_plural": _("Tickets"), "activity": "deliver"},
        "page": {"items": records, "previous_url": "#records", "next_url": "#records"},
        "nothing": {"items": []},
        "columns": COLUMNS,
        "views": [
            {"label": _("Unassigned"), "url": "#records", "current": True, "count": 17},
            {"label": _("Mine"), "url": "#records", "current": False, "count": 9},
            {"label": _("At risk"), "url": "#records", "current": False, "count": 3},
            {"label": _("All open"), "url": "#records", "current": False, "count": 128},
        ],
        "chips": [
            {"label": _("Service: Payroll"), "remove_url": "#records"},
            {"label": _("Priority: P1, P2"), "remove_url": "#records"},
        ],
        "offers": _offers(),
        "timeline": _timeline(at),
        "stations": _stations(),
        "properties": [
            {"label": _("Requester"), "value": "Ana Ruiz", "kind": "person", "url": "#panel"},
            {"label": _("Owner"), "value": None, "kind": "person", "url": ""},
            {"label": _("Service"), "value": "Payroll", "kind": "text", "url": "#panel"},
            {"label": _("Activity"), "value": "deliver", "kind": "activity", "url": ""},
            {"label": _("Opened"), "value": at - timedelta(days=9), "kind": "moment", "url": ""},
            {"label": _("Cause"), "value": "", "kind": "text", "url": ""},
        ],
        "steps": [
            {"label": _("Received"), "state": "done"},
            {"label": _("Being looked at"), "state": "done"},
            {"label": _("Waiting for you"), "state": "now"},
            {"label": _("Done"), "state": "next"},
        ],
        "bars": [
            {"label": _("Supplier late"), "value": 21, "share": 100, "is_first": True},
            {"label": _("Wrong team first"), "value": 12, "share": 57},
            {"label": _("Waiting for a part"), "value": 7, "share": 33},
        ],
        "call_form": CallForm(prefix="new"),
        "failed_form": failed,
        "reply_form": WordsForm(prefix="reply"),
        "note_form": WordsForm(prefix="note"),
        "filter_form": FilterForm(prefix="list"),
        "resource": "design",
        "bar": [
            {"name": "owner", "label": _("Assign"), "keys": "", "icon": "person"},
            {"name": "priority", "label": _("Priority"), "keys": "", "icon": "triangle-up"},
            {"name": "team", "label": _("Team"), "keys": "", "icon": "hand"},
        ],
        "bar_steps": [
            {"name": "resolve", "label": _("Resolve"), "keys": "", "offered_at": ""},
        ],
        "export_url": "#records",
        "is_all_offered": True,
        "all_token": "",
        "entry_use": None,
        "total": 128,
    }
    return render(request, "portal/design.html", context)
