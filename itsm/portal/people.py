"""People as the desk meets them: suggestions while a name is typed, and the page of one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.actions import note_on_person
from itsm.accounts.models import User
from itsm.accounts.roles import DESK_ROLES
from itsm.core.machine import Phase
from tickets.asks import TICKET_KINDS
from valuechain.records.forms import RuledForm
from valuechain.records.models import Record
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt

ROWS = 7
FROM_LETTERS = 2
#: Words that fit so few people are most likely meant for one of them.
SURE = 2
#: So many of a person's open and of their finished tickets stand on their page.
OPEN_ONES, FINISHED_ONES = 10, 5


def people_found(words: str, *, actor: Any, most: int = ROWS) -> list[User]:
    """Return people whose name, address, phone or number holds each word; nobody for one letter."""
    words = words.strip()[:200]
    if len(words) < FROM_LETTERS:
        return []
    seen = User.objects.visible_to(actor).filter(is_service_account=False)
    seen = seen.select_related("organisation").order_by("name", "pk")
    return list(seen.matching(words)[:most]) or list(seen.named_alike(words)[:most])


@login_required
def people_suggest(request: HttpRequest) -> HttpResponse:
    """Answer with the rows of the list below a name field; for staff only."""
    actor: Any = request.user
    if not actor.access.is_staff:
        raise Http404
    words = request.GET.get("q", "")
    return render(
        request,
        "portal/_people.html",
        {"people": people_found(words, actor=actor), "words": words.strip()},
    )


class DeskNoteForm(RuledForm):
    """What whoever answers this person has to know first."""

    desk_note = forms.CharField(
        label=gettext_lazy("Note for the desk"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Such as “VIP: call back within minutes”. Only staff read it."),
    )


class PersonView(StaffView):
    """One person for whoever answers them: how to reach them, what to know, what they asked."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the page."""
        person = self._person(pk)
        form = DeskNoteForm(initial={"desk_note": person.desk_note})
        return self._page(request, person, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the note, or say why not."""
        actor: Any = request.user
        person, form = self._person(pk), DeskNoteForm(request.POST)
        kept = attempt(form, lambda data: note_on_person(person, data["desk_note"], actor=actor))
        if kept is None:
            return self._page(request, person, form, status=UNPROCESSABLE)
        messages.success(request, _("The note is kept."))
        return redirect("person", pk=pk)

    def _person(self, pk: int) -> User:
        known = User.objects.visible_to(self.request.user).filter(is_service_account=False)
        found: User = get_object_or_404(known.select_related("organisation"), pk=pk)
        return found

    def _page(
        self, request: HttpRequest, person: User, form: DeskNoteForm, status: int = 200
    ) -> HttpResponse:
        actor: Any = request.user
        asked = (
            Record.objects.visible_to(actor)
            .of_kind(*TICKET_KINDS)
            .filter(requester=person)
            .with_people("owner")
        )
        finished = asked.in_phase(Phase.DONE, Phase.VOID)
        context = {
            "person": person,
            "form": form if actor.access.holds(DESK_ROLES) else None,
            "open_ones": asked.live().order_by("-updated_at", "-pk")[:OPEN_ONES],
            "finished_ones": finished.order_by("-closed_at", "-pk")[:FINISHED_ONES],
        }
        return render(request, "portal/person.html", context, status=status)
