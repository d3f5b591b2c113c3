"""The command palette: one field that leads to any record, action, page, person or article.

It answers with the rows of a list; without scripts the same field searches.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from itsm.core.templatetags.places import ICONS
from itsm.portal.people import SURE, people_found
from itsm.portal.search import NUMBER
from itsm.portal.shell import shell
from valuechain.records import last_visit
from valuechain.records.flows import flows
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.policies import may_comment
from valuechain.records.vocabulary import Visibility

#: Rows of one group.
MOST = 7
#: Among how many of the newest hits those whose title says it are put first.
NEAR = 100
#: How long one search may take, in thousandths of a second.
PATIENCE_MS = 1500
ACTIONS, PEOPLE, HELP = ">", "@", "?"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One thing to choose: where it leads, and what is said of it."""

    label: str
    url: str
    beside: str = ""
    number: str = ""
    icon: str = "arrow"
    activity: str = ""


@dataclass
class Group:
    """Rows of one sort under a heading."""

    label: str
    rows: list[Row] = field(default_factory=list)
    #: Whether it stands before the others.
    leads: bool = False


Search = Callable[[str, Any], Group]


@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """Answer with what fits the words, in groups; a browser that asks for a page is sent to search."""
    actor: Any = request.user
    if not actor.access.is_staff:
        raise Http404
    typed = request.GET.get("q", "").strip()[:200]
    if not request.headers.get("X-Fragment"):
        return redirect(f"{reverse('search')}?{urlencode({'q': typed})}")
    groups, words, is_slow = _groups(request, typed)
    context = {
        "groups": [group for group in groups if group.rows],
        "words": words,
        "is_slow": is_slow,
    }
    return render(request, "portal/_palette.html", context)


def _groups(request: HttpRequest, typed: str) -> tuple[list[Group], str, bool]:
    """Return what fits, the words without their prefix, and whether a search took too long."""
    actor: Any = request.user
    prefix, words = (typed[0], typed[1:].strip()) if typed[:1] in "@>?" and typed else ("", typed)
    groups: list[Group] = []
    searches: list[Search] = []
    if not typed:
        groups.append(_latest(request))
    if prefix == HELP:
        groups.append(_help())
    if prefix == PEOPLE:
        searches = [_people]
    if prefix in ("", ACTIONS):
        if not prefix:
            groups.append(_exactly(words, actor))
        groups += [_actions(request, words), _pages(request, words)]
    if not prefix and len(words) > 1:
        searches = [_records, _people, _articles]
    # The first that takes too long is the last that is tried.
    is_slow = not all(_in_time(groups, search, words, actor) for search in searches)
    groups.sort(key=lambda group: not group.leads)
    return groups, words, is_slow


def _in_time(groups: list[Group], search: Search, words: str, actor: Any) -> bool:
    """Add what a search finds; where it takes too long, go without it and say so.

    Numbers, actions and places are found all the same.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE_MS])
            group = search(words, actor)
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as problem:
        log.warning("The palette went without a search: %s", problem)
        return False
    groups.append(group)
    return True


def _latest(request: HttpRequest) -> Group:
    """The records the asker was at last, without the one on the screen."""
    actor: Any = request.user
    on_screen = request.GET.get("on", "").upper()
    keys = last_visit.latest(actor)
    seen = Record.objects.visible_to(actor).filter(pk__in=keys).with_people()
    found = {record.pk: record for record in seen if record.number != on_screen}
    rows = [_row(found[key]) for key in keys if key in found]
    return Group(_("You were here last"), rows[:MOST])


def _exactly(words: str, actor: Any) -> Group:
    """The record of a number, whole (INC-1007) or its digits alone (#1007)."""
    group = Group(_("Exactly"), leads=True)
    digits = words.lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 13:
        numbers = [f"{kind.prefix}-{digits}" for kind in kinds]
    elif found := NUMBER.fullmatch(words):
        numbers = [found[1].upper()]
    else:
        return group
    records = Record.objects.visible_to(actor).filter(number__in=numbers).order_by("-updated_at")
    group.rows = [_row(record) for record in records.with_people()[:MOST]]
    return group


def _row(record: Record) -> Row:
    beside = [str(record.requester or ""), record.service.title if record.service else ""]
    return Row(
        record.title,
        record.get_absolute_url(),
        " · ".join(word for word in (*beside, str(record.state_label)) if word),
        record.number,
        activity=record.kind_entry.activity,
    )


def _actions(request: HttpRequest, words: str) -> Group:
    """What may be done with the record that is on the screen."""
    group = Group("")
    number = request.GET.get("on", "").upper()
    if not NUMBER.fullmatch(number):
        return group
    actor: Any = request.user
    record = Record.objects.visible_to(actor).filter(number=number).first()
    if record is None:
        return group
    group.label = _("Do with %(number)s") % {"number": number}
    place = [record.resource, record.number]
    offers = record.kind_entry.machine.offers(record.specific, actor)
    rows = [
        Row(str(offer.label), reverse("record-transition", args=[*place, offer.name]), icon="half")
        for offer in offers
        if offer.decision
    ]
    for visibility, label in (
        (Visibility.PUBLIC, _("Reply")),
        (Visibility.INTERNAL, _("Add a note")),
    ):
        if may_comment(actor, record, visibility):
            url = f"{reverse('record-comment', args=place)}?as={visibility.value}"
            icon = "reply" if visibility == Visibility.PUBLIC else "note"
            rows.append(Row(label, url, icon=icon))
    if (
        record.resource == "tickets"
        and record.is_live
        and may_comment(actor, record, Visibility.INTERNAL)
    ):
        rows.append(Row(_("Run a macro"), reverse("ticket-macros", args=[record.number])))
    rows.append(Row(_("Link a record"), reverse("record-link", args=place), icon="link"))
    rows += [
        Row(str(flow.label), reverse("record-flow", args=[*place, flow.name]), icon="send")
        for flow in flows.offers(record.specific, actor)
        if flow.decision
    ]
    group.rows = _fitting(rows, words)
    return group


def _pages(request: HttpRequest, words: str) -> Group:
    """Every place of the navigation, what can be begun, and the reader's own pages."""
    rows = [
        Row(
            str(item["label"]),
            item["url"],
            str(group["label"]),
            icon=item.get("icon") or ICONS.get(item["key"], "arrow"),
            activity=item.get("activity") or "",
        )
        for group in shell(request)["nav"]
        for item in group["items"]
    ]
    rows.append(Row(_("Log a call"), reverse("ticket-call"), icon="phone"))
    for kind in kinds:
        url = f"{reverse('record-new', args=[kind.resource])}?kind={kind.name}"
        rows.append(Row(_("New: %(kind)s") % {"kind": kind.label}, url, icon="plus"))
    rows += [
        Row(_("Notifications"), reverse("notification-list"), icon="bell"),
        Row(_("My settings"), reverse("account"), icon="person"),
        Row(_("Keys"), reverse("keyboard"), icon="gear"),
        Row(_("Help"), reverse("help"), icon="info"),
    ]
    return Group(_("Go to"), _fitting(rows, words))


def _help() -> Group:
    rows = [
        Row(_("“>” finds actions and pages, “@” finds people"), reverse("help"), icon="info"),
        Row(_("Change or switch off single keys"), reverse("keyboard"), icon="info"),
        Row(_("Help"), reverse("help"), icon="info"),
    ]
    return Group(_("Help"), rows)


def _fitting(rows: list[Row], words: str) -> list[Row]:
    """Keep the rows that hold every word, those that begin with the first one first."""
    wanted = words.casefold().split()
    found = [row for row in rows if all(word in row.label.casefold() for word in wanted)]
    if wanted:
        found.sort(key=lambda row: not row.label.casefold().startswith(wanted[0]))
    return found[:MOST]


def _records(words: str, actor: Any) -> Group:
    seen = Record.objects.visible_to(actor).exclude(resource="articles")
    return Group(_("Records"), [_row(record) for record in _best(seen, words, actor)])


def _best(seen: Any, words: str, actor: Any) -> list[Record]:
    """Return the best hits among records; where no words are found whole, by their beginnings."""
    for beginnings in (False, True):
        found = seen.matching(words, actor=actor, beginnings=beginnings)
        if rows := list(found.best_first(words, of=NEAR).with_people()[:MOST]):
            return rows
    return []


def _people(words: str, actor: Any) -> Group:
    group = Group(_("People"))
    if words:
        path = reverse("record-list", args=["tickets"])
        group.rows = [
            Row(
                str(person),
                f"{path}?requester={person.pk}",
                " · ".join(str(part) for part in (person.place, person.organisation) if part),
                icon="person",
            )
            for person in people_found(words, actor=actor)[:MOST]
        ]
        group.leads = len(group.rows) <= SURE
    return group


def _articles(words: str, actor: Any) -> Group:
    seen = Record.objects.visible_to(actor).of_resource("articles")
    return Group(
        _("Knowledge"),
        [
            Row(r.title, r.get_absolute_url(), "", r.number, "book")
            for r in _best(seen, words, actor)
        ],
    )
