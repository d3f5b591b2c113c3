"""What the desk does with one ticket beyond its transitions: take it, follow it, log time, split it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from itsm.core.errors import RuleViolation
from tickets.actions import split_ticket
from tickets.asks import TICKET_KINDS
from tickets.forms import SplitForm, TimeForm
from tickets.panels import known_already, taking_step
from valuechain.records.actions import log_time, perform, remove_participant, watch
from valuechain.records.forms import RuledForm
from valuechain.records.models import Comment, Record
from valuechain.records.policies import may_desk
from valuechain.records.tagging import retagged
from valuechain.records.views.access import OneRecordView, StaffView, visible_record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import ParticipationRole, Via

#: How many tickets are tried when others take them at the same moment.
ATTEMPTS = 10


class TicketView(OneRecordView):
    """A page about one ticket the reader may see."""

    def get_record(self) -> Record:
        """Return the ticket as its own kind, or raise 404."""
        number = self.kwargs["number"]
        return visible_record("tickets", number, actor=self.request.user).specific

    def form_page(
        self, request: HttpRequest, record: Record, form: RuledForm, *, title: str, submit: str,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        """Show a form about the ticket."""
        return render(
            request,
            "records/form.html",
            {
                "form": form,
                "record": record,
                "kind": record.kind_entry,
                "title": title,
                "submit_label": submit,
                "cancel_url": record.get_absolute_url(),
                "form_name": f"{record.number}-{type(form).__name__}",
            },
            status=status,
        )


class KnownView(TicketView):
    """What is known of an incident already: a part of its page, and a page where there are no scripts."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Answer with what is known; 404 for whoever does not work on it."""
        del number
        record = self.get_record()
        if not may_desk(request.user, record):
            raise Http404
        is_part = bool(request.headers.get("HX-Request"))
        name = "tickets/_known_already.html" if is_part else "tickets/known.html"
        context = {"record": record, **known_already(record, request.user)}
        response = render(request, name, context)
        patch_vary_headers(response, ["HX-Request"])
        response["Cache-Control"] = "private, no-store"
        return response


class TakeView(TicketView):
    """Makes a ticket that is nobody's the reader's own."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Assign it to whoever pressed; say so when somebody was quicker."""
        actor: Any = request.user
        record = self.get_record()
        step = taking_step(record, actor)
        if record.owner_id is not None and record.owner_id != actor.pk:
            messages.warning(request, _("%(name)s has it already.") % {"name": record.owner})
        elif step is not None:
            data: dict[str, Any] = {"owner": actor}
            if record.team is not None:
                data["team"] = record.team
            try:
                perform(
                    record, step, actor=actor, via=Via.HTML, data=data,
                    expected_version=record.version,
                )  # fmt: skip
                messages.success(request, _("%(number)s is yours.") % {"number": record.number})
            except RuleViolation as violation:
                messages.error(request, str(violation.message))
        return redirect(record)


class TakeNextView(StaffView):
    """Takes the ticket that is due next and belongs to nobody."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it the reader's own and open it; where somebody was quicker, take the one after."""
        actor: Any = request.user
        waiting = (
            Record.objects.worked_by(actor)
            .of_kind(*TICKET_KINDS)
            .live()
            .filter(owner=None)
            .filter(Q(team=None) | Q(team__in=sorted(actor.access.teams)))
            .order_by(F("next_due_at").asc(nulls_last=True), "priority", "pk")
        )
        for found in waiting[:ATTEMPTS]:
            record = found.specific
            step = taking_step(record, actor)
            if step is None:
                continue
            data = {"owner": actor} | ({"team": record.team} if record.team else {})
            try:
                perform(
                    record, step, actor=actor, via=Via.HTML, data=data,
                    expected_version=record.version,
                )  # fmt: skip
            except RuleViolation:
                continue
            messages.success(request, _("%(number)s is yours.") % {"number": record.number})
            return redirect(record)
        messages.info(request, _("Nothing is waiting for you or your teams."))
        return redirect("record-list", "tickets")


class WatchView(TicketView):
    """Follows a ticket, or stops following it."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Do what was pressed; doing it twice changes nothing."""
        actor: Any = request.user
        record = self.get_record()
        if request.POST.get("action") == "stop":
            remove_participant(
                record, person=actor, role=ParticipationRole.WATCHER, actor=actor, via=Via.HTML
            )
        else:
            watch(record, person=actor, actor=actor, via=Via.HTML)
        return redirect(record)


class TagsView(TicketView):
    """Adds tags to a ticket and takes them off."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Do what was pressed; say what is no tag."""
        record = self.get_record()
        given = request.POST.get("add", "")
        if gone := request.POST.get("remove"):
            given = f"-{gone}"
        try:
            tags = retagged(record.tags, given)
            record.kind_entry.edit(record, {"tags": tags}, actor=request.user, via=Via.HTML)
        except RuleViolation as violation:
            messages.error(request, _first_of(violation))
        return redirect(f"{record.get_absolute_url()}#tags")


def _first_of(violation: RuleViolation) -> str:
    """Say a refusal in one line: that of its first field, where it is about fields."""
    for found in getattr(violation, "errors", {}).values():
        return str(found[0][1])
    return str(violation.message)


class TimeView(TicketView):
    """Writes down working time."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the form."""
        return self._page(request, self.get_record(), TimeForm())

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Keep the time, or say how to write it."""
        record = self.get_record()
        form = TimeForm(request.POST)
        entry = attempt(
            form,
            lambda data: log_time(
                record, seconds=data["spent"], note=data["note"], actor=request.user, via=Via.HTML
            ),
        )
        if entry is None:
            return self._page(request, record, form, status=UNPROCESSABLE)
        return redirect(record)

    def _page(
        self, request: HttpRequest, record: Record, form: TimeForm, status: int = 200
    ) -> HttpResponse:
        title = _("Time on %(number)s") % {"number": record.number}
        return self.form_page(
            request, record, form, title=title, submit=_("Log time"), status=status
        )


class SplitView(TicketView):
    """Opens a second ticket from some of the messages of a first."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the messages to choose from."""
        record = self.get_record()
        return self._page(request, record, SplitForm(messages=self._messages(record)))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Split, or say what is missing."""
        record = self.get_record()
        form = SplitForm(request.POST, messages=self._messages(record))
        made = attempt(
            form,
            lambda data: split_ticket(
                record,
                title=data["title"],
                comments=data["comments"],
                team=data["team"],
                actor=request.user,
                via=Via.HTML,
            ),
        )
        if made is None:
            return self._page(request, record, form, status=UNPROCESSABLE)
        messages.success(request, _("%(number)s is open.") % {"number": made.number})
        return redirect(made)

    def _messages(self, record: Record) -> list[tuple[int, str]]:
        said = Comment.objects.readable_on(record, self.request.user).select_related("author")
        return [
            (
                comment.pk,
                _("%(who)s: %(text)s")
                % {
                    "who": comment.author or _("Throughline"),
                    "text": Truncator(comment.body).chars(120),
                },
            )
            for comment in said
        ]

    def _page(
        self, request: HttpRequest, record: Record, form: SplitForm, status: int = 200
    ) -> HttpResponse:
        title = _("Split %(number)s") % {"number": record.number}
        return self.form_page(
            request, record, form, title=title, submit=_("Open the second ticket"), status=status
        )
