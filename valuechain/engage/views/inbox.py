"""The inbox of needs: the list on one side, the need to decide on at the other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.keyset import Order, Page, paginate
from valuechain.engage import deciding, pages, triage
from valuechain.engage.forms import DecisionForm
from valuechain.engage.states import NEED
from valuechain.engage.vocabulary import DECLINE, UNDECIDED
from valuechain.records.actions import perform
from valuechain.records.filters import filterset_for
from valuechain.records.forms import VersionedForm, ask_form
from valuechain.records.listing import UNFILTERED, ListState, chips_of
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.tabs import tabs_of
from valuechain.records.views.access import StaffView, visible_record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.views.reading import RecordDetailView
from valuechain.records.vocabulary import Via

PAGE_SIZE = 30
#: What the address of the inbox says beside the filters of the list.
OWN = ("need", "back")
#: The steps that stay in the inbox: transition -> its key.
STEPS = {"promise": "p", "defer": "h", "merge": "d"}
#: Where the pages of engage lie, as links above each of them.
PLACES = (
    ("engage-inbox", (), "", gettext_lazy("Inbox")),
    ("need-board", (), f"?{UNDECIDED}", gettext_lazy("Board")),
    ("record-list", ("stakeholders",), "", gettext_lazy("Stakeholders")),
    ("record-list", ("interactions",), "", gettext_lazy("Interactions")),
    ("record-list", ("supplier-requests",), "", gettext_lazy("Supplier requests")),
    ("activity", ("engage",), "", gettext_lazy("Flows and handovers")),
)


def places(name: str) -> list[dict[str, Any]]:
    """Return the pages of engage as links; `name` is the one shown."""
    return [
        {"label": label, "url": reverse(place, args=args) + query, "current": place == name}
        for place, args, query, label in PLACES
    ]


class InboxView(StaffView):
    """Needs to decide on, one beside the list; what is decided makes room for the next."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list and the need chosen, or the first."""
        if not request.GET:
            return redirect(f"{request.path}?{UNDECIDED}")
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what was answered, or show it again with what is missing."""
        actor: Any = request.user
        need = visible_record("needs", request.GET.get("need", ""), actor=actor)
        name = request.POST.get("step", "")
        if name in STEPS:
            return self._step(request, need, name)
        form = DecisionForm(request.POST, need=need, actor=actor)
        onward = self._onward(request, need)

        def keep(data: dict[str, Any]) -> Record:
            return deciding.decide(
                need, data, actor=actor, via=Via.HTML, expected_version=data.pop("version", None)
            )

        decided = attempt(form, keep)
        if decided is None:
            return self._refused(request, need, _again(form, need, actor=actor))
        way = form.cleaned_data.get("route")
        if not way or way == DECLINE:
            _say(request, decided)
            return redirect(onward)
        return self._hand_on(request, decided, way, onward)

    def _refused(self, request: HttpRequest, need: Record, form: DecisionForm) -> HttpResponse:
        """Show the card again with what is missing, on the page it was sent from."""
        if request.GET.get("back") != "record":
            return self._page(request, form=form, status=UNPROCESSABLE)
        page = RecordDetailView(
            given={"decision_form": form, "is_again": True}, status=UNPROCESSABLE
        )
        page.setup(request, resource=need.resource, number=need.number)
        return page.get(request, need.resource, need.number)

    def _hand_on(self, request: HttpRequest, need: Record, way: str, onward: str) -> HttpResponse:
        """Make what the need leads to; where that fails the decision stands, and can be tried again."""
        try:
            with transaction.atomic():
                target = deciding.route(need, way, actor=request.user, via=Via.HTML).target
        except FieldErrors:
            messages.info(request, _("%(number)s is decided. Now say more about what it leads to.")
                          % {"number": need.number})  # fmt: skip
            return redirect("record-flow", need.resource, need.number, way)
        except RuleViolation as problem:
            messages.error(request, _failed(need, way, str(problem.message)))
            return redirect(
                onward if request.GET.get("back") == "record" else self._url(request, need.number)
            )
        _say(request, need, target)
        return redirect(onward)

    def _step(self, request: HttpRequest, need: Record, name: str) -> HttpResponse:
        """Put a need off, merge it, or promise something about it, without leaving the inbox."""
        actor: Any = request.user
        transition = NEED.transition(name)
        form = ask_form(transition.asks, actor=actor)(request.POST, prefix=name)
        onward = (
            self._url(request, need.number) if name == "promise" else self._onward(request, need)
        )

        def move(data: dict[str, Any]) -> Record:
            version = data.pop("version", None)
            record = need
            if need.state == "submitted" and need.state not in transition.source:
                record = perform(
                    need, "take", actor=actor, via=Via.HTML, expected_version=version
                ).record
                version = None
            return perform(
                record, name, actor=actor, via=Via.HTML, data=data, expected_version=version
            ).record

        if request.POST.get("preview") and form.is_valid():
            return self._page(request, steps={name: form}, promised=form.cleaned_data)
        moved = attempt(form, move)
        if moved is None:
            return self._page(request, steps={name: form}, status=UNPROCESSABLE)
        _say(request, moved)
        return redirect(onward)

    def _page(
        self,
        request: HttpRequest,
        *,
        form: DecisionForm | None = None,
        steps: dict[str, VersionedForm] | None = None,
        promised: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        actor: Any = request.user
        state, filterset, page = self._list(request)
        needs = triage.weigh(page.items)
        number = request.GET.get("need", "") or (needs[0].number if needs else "")
        views = tabs_of("needs", state, actor=actor, request=request)
        context = {
            "needs": needs,
            "by_stakeholder": state.ordering.lstrip("-") == "stakeholder",
            "page": {
                "next_url": state.page_url(page.next_cursor),
                "previous_url": state.page_url(page.previous_cursor),
            },
            "filter": filterset,
            "chips": chips_of(filterset, state),
            "views": views.shown,
            "more_views": views.menu,
            "clear_url": f"{request.path}?{UNFILTERED}",
            "places": places("engage-inbox"),
            "board_url": f"{reverse('need-board')}?{state.filters.urlencode()}",
            "row_url": f"{self._url(request, '')}",
        }
        if number:
            context |= self._chosen(request, number, needs, form, steps or {})
        elif not needs and state.filters.urlencode() == UNDECIDED:
            context["decided"] = _decided_this_month(request)
        return render(request, "engage/inbox.html", context | {"promised": promised}, status=status)

    def _chosen(
        self,
        request: HttpRequest,
        number: str,
        needs: list[Any],
        form: DecisionForm | None,
        steps: dict[str, VersionedForm],
    ) -> dict[str, Any]:
        """Return what the pane shows of the need chosen, and the ways to its neighbours."""
        actor: Any = request.user
        need: Any = next((one for one in needs if one.number == number.upper()), None)
        if need is None:
            record = visible_record("needs", number, actor=actor)
            need = triage.weigh([record])[0]
        context = pages.add_to_page(need, actor)
        if form is not None:
            context |= {"decision_form": form, "is_again": True}
        numbers = [one.number for one in needs]
        place = numbers.index(need.number) if need.number in numbers else -1
        beside = {
            "previous": numbers[place - 1] if place > 0 else "",
            "next": numbers[place + 1] if place + 1 < len(numbers) else "",
        }
        return context | {
            "need": need,
            "decision_url": self._url(request, need.number, back=request.GET.get("back", "")),
            "alike": triage.alike(need, actor=actor) if need.is_live else [],
            "beside": {way: self._url(request, to) if to else "" for way, to in beside.items()},
            "steps": [
                {
                    "name": name, "key": key, "label": NEED.transition(name).label,
                    "form": steps.get(name) or _step_form(need, name, actor),
                    "is_open": name in steps,
                }
                for name, key in STEPS.items()
                if _may_step(need, name, actor)
            ],
        }  # fmt: skip

    def _list(self, request: HttpRequest) -> tuple[ListState, Any, Page[Record]]:
        query = request.GET.copy()
        for name in OWN:
            query.pop(name, None)
        state = ListState(query, path=request.path, default_ordering="received_at")
        found = Record.objects.visible_to(request.user).of_resource("needs")
        filterset = filterset_for("needs")(state.filters, queryset=found, request=request)
        # The decision beside the list asks for fields of the same names.
        filterset.form.auto_id = "find_%s"
        rows = (filterset.qs if filterset.is_valid() else found.none()).with_people()
        orders = panels.orders["needs"]
        try:
            page = paginate(rows, order=Order.choose(state.ordering, orders), cursor=state.cursor,
                            size=PAGE_SIZE)  # fmt: skip
        except FieldErrors:
            # A cursor from another order or an old bookmark: begin at the top.
            state = state.from_the_top()
            page = paginate(rows, order=Order.choose(state.ordering, orders), cursor=None,
                            size=PAGE_SIZE)  # fmt: skip
        return state, filterset, page

    def _onward(self, request: HttpRequest, need: Record) -> str:
        """Return where to go once the need is settled: its page, or the next need of the list."""
        if request.GET.get("back") == "record":
            return need.get_absolute_url()
        _state, _filterset, page = self._list(request)
        numbers = [record.number for record in page.items]
        if need.number not in numbers:
            return self._url(request, "")
        place = numbers.index(need.number)
        return self._url(request, (numbers[place + 1 :] or numbers[:place] or [""])[0])

    def _url(self, request: HttpRequest, number: str, *, back: str = "") -> str:
        """Return the address of the same list with another need beside it."""
        query = request.GET.copy()
        query.pop("need", None)
        query.pop("back", None)
        for name, value in (("need", number), ("back", back)):
            if value:
                query[name] = value
        return f"{request.path}?{query.urlencode() or UNFILTERED}"


def _again(form: DecisionForm, need: Record, *, actor: Any) -> DecisionForm:
    """Let a card be sent again: whoever sent it now sees what somebody else decided meanwhile."""
    if form.has_error(NON_FIELD_ERRORS, "stale_version"):
        current = str(visible_record("needs", need.number, actor=actor).version)
        form.data = {**dict(form.data.items()), "version": current}
    return form


def _may_step(need: Any, name: str, actor: Any) -> bool:
    transition = NEED.transition(name)
    return (need.state in transition.source or need.state == "submitted") and bool(
        transition.may(actor, need)
    )


def _step_form(need: Any, name: str, actor: Any) -> VersionedForm:
    form = ask_form(NEED.transition(name).asks, actor=actor)
    said = {"promise": need.promise, "promised_on": need.promised_on} if name == "promise" else {}
    return form(initial=said | {"version": need.version}, prefix=name)


def _failed(need: Record, way: str, why: str) -> str:
    """Say that the decision stands although nothing was made of it, and where to try that again."""
    return format_html(
        '{} <a href="{}">{}</a>',
        _("%(number)s is decided, but nothing was made of it: %(why)s")
        % {"number": need.number, "why": why},
        reverse("record-flow", args=[need.resource, need.number, way]),
        _("Try it again"),
    )


def _say(request: HttpRequest, need: Record, target: Record | None = None) -> None:
    if target is None:
        said = format_html(
            '<a href="{}">{}</a>: {}.', need.get_absolute_url(), need.number, need.state_label
        )
    else:
        said = format_html(
            '<a href="{}">{}</a> → <a href="{}">{}</a> {}',
            need.get_absolute_url(), need.number, target.get_absolute_url(), target.number,
            target.title,
        )  # fmt: skip
    messages.success(request, said)


def _decided_this_month(request: HttpRequest) -> dict[str, Any]:
    """Say how many needs were decided this month, where none waits."""
    filterset = filterset_for("needs")(
        {"decided": "this_month"},
        queryset=Record.objects.visible_to(request.user).of_resource("needs"),
        request=request,
    )
    return {
        "count": filterset.qs.count(),
        "url": reverse("record-list", args=["needs"]) + "?decided=this_month",
    }
