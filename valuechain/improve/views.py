"""Rating a finished ticket, and what the ratings say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from itsm.core import clock
from valuechain.improve import csat, overview
from valuechain.improve.actions import improve_from
from valuechain.improve.forms import QuoteForm
from valuechain.improve.models import Feedback
from valuechain.improve.quoting import entry_at, is_public
from valuechain.improve.scores import FEW, linked, scores_since
from valuechain.improve.trouble import tells_of_trouble
from valuechain.records.forms import RuledForm
from valuechain.records.kinds import kinds
from valuechain.records.policies import may_work
from valuechain.records.views.access import OneRecordView, StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via

SCORES = (
    (5, gettext_lazy("5: very good")),
    (4, gettext_lazy("4: good")),
    (3, gettext_lazy("3: neither good nor bad")),
    (2, gettext_lazy("2: bad")),
    (1, gettext_lazy("1: very bad")),
)


class RatingForm(RuledForm):
    """Whether it works, how it was, and as many words as the person likes."""

    works = forms.ChoiceField(
        label=gettext_lazy("Is it working now?"),
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("Not yet"))),
        required=False,
        widget=forms.RadioSelect,
    )
    score = forms.TypedChoiceField(
        label=gettext_lazy("How was it?"), choices=SCORES, coerce=int, widget=forms.RadioSelect
    )
    description = forms.CharField(
        label=gettext_lazy("What should we know?"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    wants_call = forms.BooleanField(label=gettext_lazy("Call me about it"), required=False)

    def __init__(self, *args: Any, may_reopen: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_reopen:
            del self.fields["works"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("works") == "no" and not said.get("description"):
            self.add_error("description", _("Say what does not work yet, so that we can go on."))
        return said


class RatingView(View):
    """The page behind a link in a mail or on a finished ticket; the link says who is asked."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the question; `?r=4` chooses an answer and stores nothing."""
        record, person = self._read(token)
        if csat.rating_of(record, person) is not None:
            return self._page(request, record, None)
        form = RatingForm(
            initial={"score": request.GET.get("r")}, may_reopen=csat.may_reopen(record, person)
        )
        return self._page(request, record, form)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep the answer, once; go on with the work where it does not work after all."""
        record, person = self._read(token)
        may_reopen = csat.may_reopen(record, person)
        if (given := csat.rating_of(record, person)) is not None:
            is_kept = request.POST.get("do") == "keep" and may_reopen
            if is_kept:
                csat.reopen(record, person, given.description)
            return self._page(request, record, None, is_open=is_kept)
        form = RatingForm(request.POST, may_reopen=may_reopen)
        works = "yes"

        def give(data: dict[str, Any]) -> Any:
            nonlocal works
            works = data.pop("works", "") or "yes"
            title = _("Rating of %(number)s") % {"number": record.number}
            made = kinds["feedback"].open(
                actor=person, via=Via.HTML, requester=person, about=record, title=title,
                nature=Feedback.Nature.CSAT, **data,
            )  # fmt: skip
            if works == "no":
                csat.reopen(record, person, data["description"])
            return made

        made = attempt(form, give)
        if made is None:
            return self._page(request, record, form, status=UNPROCESSABLE)
        is_doubtful = works == "yes" and may_reopen and tells_of_trouble(made.description)
        return self._page(request, record, None, is_open=works == "no", asks=is_doubtful)

    def _read(self, token: str) -> tuple[Any, Any]:
        found = csat.read(token)
        if found is None:
            raise Http404
        if csat.rating_of(*found) is None and not csat.may_be_rated(found[0]):
            raise Http404
        return found

    def _page(
        self, request: HttpRequest, record: Any, form: RatingForm | None, *, status: int = 200,
        is_open: bool = False, asks: bool = False,
    ) -> HttpResponse:  # fmt: skip
        context = {"record": record, "form": form, "is_open": is_open, "asks": asks}
        return render(request, "improve/rating.html", context, status=status)


class ImproveView(StaffView):
    """What is being made better, what people said, and what was to come of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the register by worth, the latest feedback, the scores and the benefits asked for."""
        actor: Any = request.user
        return render(
            request,
            "improve/overview.html",
            {
                "register": overview.register(actor),
                "voices": overview.voices(actor),
                "benefits": overview.benefits(actor),
                "low": overview.low_scores_of_last_month(actor),
                "everything": scores_since(clock.now() - timedelta(days=90), actor=actor)[0],
            },
        )


class ScoresView(StaffView):
    """How content people are with finished work, by service and team."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the scores of the last 90 days, or of as many as asked for."""
        days = request.GET.get("days", "90")
        count = int(days) if days in ("30", "90", "365") else 90
        since = clock.now() - timedelta(days=count)
        everything, by_service, by_team = scores_since(since, actor=request.user)
        return render(
            request,
            "improve/scores.html",
            {
                "everything": everything,
                "groups": [
                    {"label": _("By service"), "rows": linked(by_service, since)},
                    {"label": _("By team"), "rows": linked(by_team, since)},
                ],
                "few": FEW,
                "days": count,
                "tabs": [
                    {
                        "label": label,
                        "url": f"{request.path}?days={days}",
                        "current": days == count,
                    }
                    for days, label in (
                        (30, _("30 days")),
                        (90, _("90 days")),
                        (365, _("A year")),
                    )
                ],
            },
        )


class QuoteView(OneRecordView):
    """Makes an improvement of one entry of a record's timeline."""

    def get(self, request: HttpRequest, resource: str, number: str, anchor: str) -> HttpResponse:
        """Show the entry, and ask what is to be better."""
        return self._page(request, anchor, QuoteForm(actor=request.user))

    def post(self, request: HttpRequest, resource: str, number: str, anchor: str) -> HttpResponse:
        """Keep the quote with the improvement, or show what is wrong."""
        record = self.get_record()
        form = QuoteForm(request.POST, actor=request.user)

        def make(data: dict[str, Any]) -> Any:
            return improve_from(record, anchor, actor=request.user, via=Via.HTML, **data)

        improvement = attempt(form, make)
        if improvement is None:
            return self._page(request, anchor, form, status=UNPROCESSABLE)
        messages.success(
            request, _("The quote is kept with %(number)s.") % {"number": improvement.number}
        )
        return redirect(improvement)

    def _page(
        self, request: HttpRequest, anchor: str, form: QuoteForm, status: int = 200
    ) -> HttpResponse:
        record = self.get_record()
        entry = entry_at(record, anchor, actor=request.user)
        if entry is None or not may_work(request.user, record):
            raise Http404
        context = {
            "record": record,
            "kind": record.kind_entry,
            "entry": entry,
            "is_public": is_public(entry),
            "form": form,
        }
        return render(request, "improve/quote.html", context, status=status)
