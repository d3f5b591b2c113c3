"""Pages for what is kept ready: the library people look after, and its use on a ticket."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.models import Team
from itsm.accounts.roles import DESK_ROLES
from itsm.core.errors import RuleViolation
from tickets import preparing
from tickets.prepared import CannedReply, Macro
from tickets.views.working import TicketView
from valuechain.records.actions import save_draft
from valuechain.records.forms import RuledForm
from valuechain.records.models import Draft, Record
from valuechain.records.placeholders import PLACEHOLDERS, fill, unfilled, unknown
from valuechain.records.policies import may_desk
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.views.walking import ends, here, landing

#: How many canned replies a list below the reply offers.
OFFERED = 7
_HINT = format_lazy(
    "{}: {}.",
    gettext_lazy("Filled in for you"),
    ", ".join("{{ " + name + " }}" for name in PLACEHOLDERS),
)


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PreparedForm(RuledForm):
    """What both have: a name, and for whom it is kept."""

    title = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    audience = forms.ChoiceField(label=gettext_lazy("For whom"))

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["audience"]
        choice.choices = preparing.audiences(actor)
        # For whom it is comes after what it is.
        self.order_fields(["title", *(name for name in self.fields if name != "audience")])

    def known_words(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        if strange := unknown(text):
            raise forms.ValidationError(
                _("Nothing fills in %(words)s.") % {"words": ", ".join(strange)}
            )
        return text


class CannedForm(PreparedForm):
    """A canned reply."""

    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=20_000, widget=_text(8), help_text=_HINT
    )

    def clean_body(self) -> str:
        return self.known_words("body")


class MacroForm(PreparedForm):
    """A macro: what it changes."""

    take = forms.BooleanField(label=gettext_lazy("Make the ticket mine"), required=False)
    to_team = forms.ModelChoiceField(
        label=gettext_lazy("Give it to the team"),
        queryset=Team.objects.filter(is_active=True),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Add an internal note"),
        max_length=20_000,
        widget=_text(3),
        required=False,
    )
    reply = forms.CharField(
        label=gettext_lazy("Send a reply"),
        max_length=20_000,
        widget=_text(6),
        required=False,
        help_text=_HINT,
    )
    step = forms.ChoiceField(label=gettext_lazy("Then"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["step"]
        choice.choices = preparing.step_choices()

    def clean_note(self) -> str:
        return self.known_words("note")

    def clean_reply(self) -> str:
        return self.known_words("reply")

    def clean(self) -> dict[str, Any]:
        """Refuse a macro that does nothing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(
            data.get(name) for name in ("take", "to_team", "note", "reply", "step")
        ):
            raise forms.ValidationError(_("Choose at least one thing the macro does."))
        return data


_SHELVES: dict[str, tuple[type[CannedReply | Macro], type[PreparedForm]]] = {
    "replies": (CannedReply, CannedForm),
    "macros": (Macro, MacroForm),
}


class DeskView(StaffView):
    """A page for those who keep the service desk going."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated and user.access.is_staff and not user.access.holds(DESK_ROLES):
            reason = _("Canned replies and macros are the service desk's.")
            return render(request, "errors/403.html", {"reason": reason}, status=403)
        return super().dispatch(request, *args, **kwargs)


class ShelfView(DeskView):
    """All that is kept ready, with who may use it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show canned replies and macros."""
        shelves = []
        for key, (model, _form) in _SHELVES.items():
            rows = model.objects.visible_to(request.user).select_related("team")
            kept = set(model.objects.kept_by(request.user).values_list("pk", flat=True))
            shelves.append(
                {
                    "key": key,
                    "rows": [{"item": row, "is_kept": row.pk in kept} for row in rows[:200]],
                }
            )
        return render(
            request,
            "tickets/prepared.html",
            {
                "shelves": shelves,
                "words": [
                    ("{{ " + name + " }}", label) for name, (label, _f) in PLACEHOLDERS.items()
                ],
            },
        )


class KeepView(DeskView):
    """Adds something to keep ready, or changes it."""

    def get(self, request: HttpRequest, shelf: str, pk: int | None = None) -> HttpResponse:
        """Show the form."""
        item = self._item(request, shelf, pk)
        initial = {} if item is None else {name: getattr(item, name) for name in _names(item)}
        if item is not None:
            key = preparing.MINE if item.owner_id else str(item.team_id or preparing.EVERYBODY)
            initial["audience"] = key
        return self._page(
            request, shelf, pk, _SHELVES[shelf][1](initial=initial, actor=request.user)
        )

    def post(self, request: HttpRequest, shelf: str, pk: int | None = None) -> HttpResponse:
        """Keep it, or say what is wrong."""
        self._item(request, shelf, pk)
        model, form_class = _SHELVES[shelf]
        form = form_class(request.POST, actor=request.user)
        done = attempt(form, lambda data: _done(preparing.keep, model, data, request.user, pk))
        if done is None:
            return self._page(request, shelf, pk, form, status=UNPROCESSABLE)
        messages.success(request, _("Kept."))
        return redirect("ticket-prepared")

    def _item(self, request: HttpRequest, shelf: str, pk: int | None) -> Any:
        if shelf not in _SHELVES:
            raise Http404
        if pk is None:
            return None
        item = _SHELVES[shelf][0].objects.kept_by(request.user).filter(pk=pk).first()
        if item is None:
            raise Http404
        return item

    def _page(
        self, request: HttpRequest, shelf: str, pk: int | None, form: PreparedForm,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        titles = {"replies": _("Canned reply"), "macros": _("Macro")}
        return render(
            request,
            "records/form.html",
            {
                "form": form,
                "title": titles[shelf],
                "submit_label": _("Keep it"),
                "cancel_url": reverse("ticket-prepared"),
                "form_name": f"prepared-{shelf}-{pk or 'new'}",
            },
            status=status,
        )


def _names(item: Any) -> list[str]:
    return ["title", "body"] if isinstance(item, CannedReply) else [
        "title", "take", "to_team", "note", "reply", "step",
    ]  # fmt: skip


def _done(act: Any, model: Any, data: dict[str, Any], actor: Any, pk: int | None) -> bool:
    act(model, data, actor=actor, pk=pk)
    return True


class DropView(DeskView):
    """Takes something off the shelf."""

    def post(self, request: HttpRequest, shelf: str, pk: int) -> HttpResponse:
        """Delete it; doing it twice changes nothing."""
        if shelf not in _SHELVES:
            raise Http404
        preparing.take_away(_SHELVES[shelf][0], pk, actor=request.user)
        return redirect("ticket-prepared")


class CannedView(TicketView):
    """The canned replies for a ticket, filled in: as a list below the reply, or as a page."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Answer with those that match what was typed."""
        record = self.get_record()
        words = request.GET.get("q", "").strip()[:80]
        found = CannedReply.objects.visible_to(request.user).select_related("team")
        for word in words.split():
            found = found.filter(title__icontains=word)
        is_part = bool(request.headers.get("X-Requested-With"))
        rows = [
            _resolved(one, record, request.user) for one in found[: OFFERED if is_part else 100]
        ]
        template = "tickets/_canned.html" if is_part else "tickets/canned.html"
        response = render(request, template, {"record": record, "rows": rows, "words": words})
        response["Cache-Control"] = "private, no-store"
        return response

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Put one below what the reader has written so far."""
        record = self.get_record()
        try:
            pk = int(request.POST.get("canned", ""))
        except ValueError:
            raise Http404 from None
        canned = CannedReply.objects.visible_to(request.user).filter(pk=pk).first()
        if canned is None or not may_desk(request.user, record):
            raise Http404
        written = Draft.objects.visible_to(request.user).written()
        before = written.filter(record=record, name=Draft.Name.REPLY).first()
        text = _resolved(canned, record, request.user)["text"]
        body = f"{before.body}\n\n{text}" if before and before.body else text
        save_draft(person=request.user, name=Draft.Name.REPLY, values={"body": body}, record=record)
        return redirect(f"{record.get_absolute_url()}#reply")


def _resolved(canned: CannedReply, record: Record, actor: Any) -> dict[str, Any]:
    text = fill(canned.body, record=record, actor=actor)
    return {"item": canned, "text": text, "unfilled": unfilled(text)}


class MacrosView(TicketView):
    """The macros for a ticket, each with what it will change."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show them."""
        return self._page(request, self.get_record())

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Run one, or say why not."""
        record = self.get_record()
        pk = request.POST.get("macro", "")
        macro = (
            Macro.objects.visible_to(request.user).select_related("to_team").filter(pk=pk).first()
            if pk.isdecimal() and len(pk) < 10
            else None
        )
        if macro is None or not may_desk(request.user, record):
            raise Http404
        try:
            preparing.run(macro, record, actor=request.user)
        except RuleViolation as refusal:
            return self._page(request, record, refused=str(refusal.message), status=409)
        messages.success(request, _("Done: %(macro)s.") % {"macro": macro})
        is_over = ends(record, macro.step)
        return redirect(landing(record, request=request, is_over=is_over))

    def _page(
        self, request: HttpRequest, record: Record, *, refused: str = "", status: int = 200
    ) -> HttpResponse:
        actor: Any = request.user
        rows = []
        for macro in Macro.objects.visible_to(actor).select_related("team", "to_team")[:100]:
            refusal = preparing.refusal_of(macro, record, actor=actor)
            changes = [] if refusal else preparing.changes_of(macro, record, actor=actor)
            rows.append({"item": macro, "changes": changes, "refusal": refusal})
        return render(
            request,
            "tickets/macros.html",
            {
                "record": record,
                "rows": rows,
                "refused": refused,
                "back_url": here(record, request=request),
            },
            status=status,
        )
