"""The order form of a catalogue item: on one page, or one question a page when there are many.

What was answered travels with the form, so nothing is kept between the pages, they work without
scripts, and the way back loses nothing. A long form ends with "Check your answers".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tickets.ordering import order
from valuechain.deliver_support.models import ServiceOffering
from valuechain.deliver_support.questions import asks_of, said_of
from valuechain.records.forms import ask_form
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via

#: With more questions than these, each has a page of its own.
ON_ONE_PAGE = 5


@dataclass(frozen=True)
class Step:
    """One page of the form, counted from one; the one after the last question is the check."""

    place: int
    count: int

    @property
    def is_check(self) -> bool:
        return self.place > self.count


def answer_order(request: HttpRequest, offering: ServiceOffering) -> HttpResponse:
    """Ask for an order's answers, check them, and send it."""
    asks = asks_of(offering)
    if len(asks) > ON_ONE_PAGE:
        return _question_by_question(request, offering, asks)
    form_of = ask_form(asks, actor=request.user)
    if request.method != "POST":
        return _page(request, offering, form_of())
    form = form_of(request.POST)
    record = _sent(request, offering, form)
    if record is None:
        return _page(request, offering, form, UNPROCESSABLE)
    return redirect("portal-sent", number=record.number)


def _sent(request: HttpRequest, offering: ServiceOffering, form: Any) -> Any:
    def send(data: dict[str, Any]) -> Any:
        data.pop("version", None)
        return order(offering, answers=data, actor=request.user, via=Via.HTML)

    return attempt(form, send)


def _question_by_question(
    request: HttpRequest, offering: ServiceOffering, asks: tuple[Any, ...]
) -> HttpResponse:
    step = Step(_place(request, len(asks)), len(asks))
    if request.method != "POST":
        return _step_page(request, offering, asks, Step(1, len(asks)), None)
    goes_to = request.POST.get("to", "")
    if goes_to.isdecimal() and 1 <= int(goes_to) <= len(asks):
        return _step_page(request, offering, asks, Step(int(goes_to), len(asks)), None)
    if step.is_check:
        whole = ask_form(asks, actor=request.user)(request.POST)
        record = _sent(request, offering, whole)
        if record is not None:
            return redirect("portal-sent", number=record.number)
        wrong = next((n for n, ask in enumerate(asks, 1) if ask.name in whole.errors), len(asks))
        form = ask_form(asks[wrong - 1 : wrong], actor=request.user)(request.POST)
        return _step_page(request, offering, asks, Step(wrong, len(asks)), form, UNPROCESSABLE)
    form = ask_form(asks[step.place - 1 : step.place], actor=request.user)(request.POST)
    if not form.is_valid():
        return _step_page(request, offering, asks, step, form, UNPROCESSABLE)
    is_change = request.POST.get("back") == "check"
    following = step.count + 1 if is_change else step.place + 1
    return _step_page(request, offering, asks, Step(following, step.count), None)


def _place(request: HttpRequest, count: int) -> int:
    given = request.POST.get("step", "1")
    return min(max(int(given), 1), count + 1) if given.isdecimal() and len(given) < 4 else 1


def _step_page(
    request: HttpRequest, offering: ServiceOffering, asks: tuple[Any, ...], step: Step, form: Any,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    shown = asks if step.is_check else asks[step.place - 1 : step.place]
    given = request.POST if request.method == "POST" else {}
    if form is None and not step.is_check:
        form = ask_form(shown, actor=request.user)(
            initial={ask.name: given.get(ask.name) for ask in shown if ask.name in given}
        )
    carried = [(ask.name, given[ask.name]) for ask in asks if ask.name in given]
    if not step.is_check:
        carried = [(name, value) for name, value in carried if name != shown[0].name]
    lines = []
    if step.is_check:
        whole = ask_form(asks, actor=request.user)(request.POST)
        whole.is_valid()
        lines = [
            {
                "place": place,
                "label": ask.label,
                "said": said_of(whole.cleaned_data.get(ask.name)) or _("No answer"),
            }
            for place, ask in enumerate(asks, 1)
        ]
    context = {
        "offering": offering,
        "form": form,
        "step": step,
        "carried": carried,
        "lines": lines,
        "back": "check" if given.get("to") or given.get("back") == "check" else "",
        "before": step.place - 1,
    }
    name = "portal/order_check.html" if step.is_check else "portal/order_step.html"
    return render(request, name, context, status=status)


def _page(
    request: HttpRequest, offering: ServiceOffering, form: forms.Form, status: int = 200
) -> HttpResponse:
    return render(request, "portal/order.html", {"offering": offering, "form": form}, status=status)
