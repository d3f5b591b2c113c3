"""The forms of a record: open, edit, move, hand on, write, link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from itsm.core.errors import NotOffered, RuleViolation
from itsm.core.machine import Phase
from valuechain.records import actions
from valuechain.records.flows import FlowOffer, flows
from valuechain.records.forms import (
    LinkForm,
    RuledForm,
    VersionedForm,
    ask_form,
    record_form,
)
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.views.access import OneRecordView, StaffView
from valuechain.records.views.colliding import changed_meanwhile
from valuechain.records.views.walking import here, landing
from valuechain.records.vocabulary import INVERSELY, Channel, Via

UNPROCESSABLE = 422


def attempt(form: RuledForm, act: Callable[[dict[str, Any]], Any]) -> Any:
    """Act on a filled-in form in one transaction; a refusal becomes errors and None comes back."""
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return act(dict(form.cleaned_data))
    except RuleViolation as violation:
        form.add_violation(violation)
        return None


class NewRecordView(StaffView):
    """Opens a record: choose the kind where there are several, then fill in its form."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Show the form, or the kinds to choose from."""
        kind = self._kind(request, resource)
        if kind is None:
            return render(
                request,
                "records/choose_kind.html",
                {"kinds": kinds.of_resource(resource), "resource": resource},
            )
        form = record_form(kind, actor=request.user, editing=False)(
            initial=self._initial(request, kind)
        )
        return self._page(request, kind, form)

    def post(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Open the record, or show what is wrong with everything typed still there."""
        kind = self._kind(request, resource)
        if kind is None:
            raise Http404
        form = record_form(kind, actor=request.user, editing=False)(request.POST)
        record = attempt(
            form, lambda data: kind.open(actor=request.user, via=Via.HTML, **_given(data))
        )
        if record is None:
            return self._page(request, kind, form, status=UNPROCESSABLE)
        messages.success(request, _("%(number)s is open.") % {"number": record.number})
        return redirect(record)

    def _kind(self, request: HttpRequest, resource: str) -> Kind | None:
        known = kinds.of_resource(resource)
        if len(known) == 1:
            return known[0]
        asked = request.GET.get("kind", "").replace("-", "_")
        return next((kind for kind in known if kind.name == asked), None)

    def _initial(self, request: HttpRequest, kind: Kind) -> dict[str, Any]:
        user: Any = request.user
        initial: dict[str, Any] = {"organisation": user.organisation_id, "requester": user}
        if kind.faces_requesters and "channel" in kind.fields:
            # Written down for somebody who called; left empty, it belongs where they do.
            initial = {"requester": user, "channel": Channel.PHONE}
        given = {k: v for k, v in request.GET.dict().items() if k in kind.fields}
        return initial | given

    def _page(
        self, request: HttpRequest, kind: Kind, form: VersionedForm, status: int = 200
    ) -> HttpResponse:
        label = str(kind.label)
        return render(
            request,
            "records/form.html",
            {
                "form": form,
                "kind": kind,
                "title": _("New %(kind)s") % {"kind": label[0].lower() + label[1:]},
                "submit_label": _("Open it"),
                "cancel_url": reverse("record-list", args=[kind.resource]),
                "form_name": f"new-{kind.name}",
            },
            status=status,
        )


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """Drop what was left empty, so that the model's own default stands."""
    data.pop("version", None)
    return {name: value for name, value in data.items() if value not in (None, "")}


class EditRecordView(OneRecordView):
    """Edits what a record says."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Show the form with the record's values; with `only`, just the fields named."""
        record = self.get_record()
        initial = {name: getattr(record, name) for name in record.kind_entry.editable}
        form = self._form(record)(initial=initial | {"version": record.version})
        if len(self._only(record)) == 1 and request.headers.get("HX-Request"):
            return self._in_place(request, record, form)
        return self._page(request, record, form)

    def _only(self, record: Record) -> list[str]:
        """Name the fields that are edited, where the address names any."""
        known = record.kind_entry.editable
        return [name for name in self.request.GET.getlist("only") if name in known]

    def _in_place(self, request: HttpRequest, record: Record, form: VersionedForm) -> HttpResponse:
        form.fields[self._only(record)[0]].widget.attrs["autofocus"] = True
        context = {"form": form, "record": record, "action": request.get_full_path()}
        response = render(request, "records/_edit_one.html", context)
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Save, or show what is wrong; 409 when somebody else saved first."""
        record = self.get_record()
        form = self._form(record)(request.POST)

        def save(data: dict[str, Any]) -> Record:
            version = data.pop("version", None)
            changes = {name: _storable(record, name, value) for name, value in data.items()}
            return record.kind_entry.edit(
                record, changes, actor=request.user, via=Via.HTML, expected_version=version
            )

        saved = attempt(form, save)
        if saved is None:
            return self._page(request, record, form, status=UNPROCESSABLE)
        return redirect(saved)

    def _form(self, record: Record) -> type[VersionedForm]:
        only, entry = self._only(record), record.kind_entry
        others = [name for name in entry.editable if name not in only] if only else []
        return record_form(entry, actor=self.request.user, editing=True, leave_out=others)

    def _page(
        self, request: HttpRequest, record: Record, form: VersionedForm, status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            "records/form.html",
            {
                "form": form,
                "newer": changed_meanwhile(record, form, actor=request.user),
                "kind": record.kind_entry,
                "record": record,
                "title": _("Edit %(number)s") % {"number": record.number},
                "submit_label": _("Save"),
                "cancel_url": record.get_absolute_url(),
                "form_name": f"edit-{record.number}",
            },
            status=status,
        )


def _storable(record: Record, name: str, value: Any) -> Any:
    """A text column keeps an empty string, every other kind of column keeps nothing."""
    field: Any = record._meta.get_field(name)
    return value if value is not None or field.null else field.get_default()


class TransitionView(OneRecordView):
    """Takes one transition, asking first what it asks."""

    def get(self, request: HttpRequest, resource: str, number: str, name: str) -> HttpResponse:
        """Show the questions of the transition."""
        record = self.get_record()
        form_class = self._form(record, name)
        asks = record.kind_entry.machine.transition(name, record.state).asks
        known = {ask.name: getattr(record, ask.begins_with) for ask in asks if ask.begins_with}
        form = form_class(initial={"version": record.version, **known})
        return self._page(request, record, name, form)

    def post(self, request: HttpRequest, resource: str, number: str, name: str) -> HttpResponse:
        """Take it, or show why not with everything typed still there."""
        record = self.get_record()
        form = self._form(record, name)(request.POST)

        def move(data: dict[str, Any]) -> Any:
            version = data.pop("version", None)
            return actions.perform(
                record, name, actor=request.user, via=Via.HTML, data=data, expected_version=version
            )

        event = attempt(form, move)
        if event is None:
            return self._page(request, record, name, form, status=UNPROCESSABLE)
        messages.success(
            request,
            _("%(number)s: %(state)s.")
            % {"number": record.number, "state": event.record.state_label},
        )
        is_over = record.is_live and event.record.phase == Phase.DONE.value
        return redirect(landing(event.record, request=request, is_over=is_over))

    def _form(self, record: Record, name: str) -> type[VersionedForm]:
        try:
            transition = record.kind_entry.machine.transition(name, record.state)
        except NotOffered as problem:
            raise Http404 from problem
        return ask_form(transition.asks, actor=self.request.user)

    def _page(
        self, request: HttpRequest, record: Record, name: str, form: VersionedForm,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        transition = record.kind_entry.machine.transition(name, record.state)
        decision = record.kind_entry.machine.decide(transition, record, request.user)
        return render(
            request,
            "records/transition.html",
            {
                "record": record,
                "record_url": here(record, request=request),
                "kind": record.kind_entry,
                "form": form,
                "to_know": [
                    line for tell in panels.steps for line in tell(record, name, request.user)
                ],
                "newer": changed_meanwhile(record, form, actor=request.user),
                "form_name": f"{record.number}-{name}",
                "offer": {
                    "label": transition.label,
                    "tone": transition.tone,
                    "url": request.get_full_path(),
                    "decision": decision,
                },
            },
            status=status,
        )


class FlowView(OneRecordView):
    """Hands a record's work on to another activity, asking first what the flow asks."""

    def get(self, request: HttpRequest, resource: str, number: str, name: str) -> HttpResponse:
        """Show the questions of the flow."""
        record = self.get_record()
        offer = self._offer(record, name)
        return self._page(request, record, offer, ask_form(offer.asks, actor=request.user)())

    def post(self, request: HttpRequest, resource: str, number: str, name: str) -> HttpResponse:
        """Hand it on, or show why not."""
        record = self.get_record()
        offer = self._offer(record, name)
        form = ask_form(offer.asks, actor=request.user)(request.POST)

        def hand(data: dict[str, Any]) -> Any:
            data.pop("version", None)
            return actions.hand_off(record, name, actor=request.user, via=Via.HTML, data=data)

        handover = attempt(form, hand)
        if handover is None:
            return self._page(request, record, offer, form, status=UNPROCESSABLE)
        messages.success(
            request, _("Handed over: %(number)s.") % {"number": handover.target.number}
        )
        return redirect(handover.target)

    def _offer(self, record: Record, name: str) -> FlowOffer:
        try:
            flow = flows.find(record.kind, name)
        except NotOffered as problem:
            raise Http404 from problem
        return FlowOffer(flow, flow.decide(record, self.request.user))

    def _page(
        self, request: HttpRequest, record: Record, offer: FlowOffer, form: VersionedForm,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        return render(
            request,
            "records/transition.html",
            {
                "record": record,
                "kind": record.kind_entry,
                "form": form,
                "form_name": f"{record.number}-{offer.name}",
                "offer": {
                    "label": offer.label,
                    "tone": offer.tone,
                    "url": request.path,
                    "decision": offer.decision,
                },
            },
            status=status,
        )


class AddLinkView(OneRecordView):
    """Links the record to another."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Show the form."""
        return self._page(request, self.get_record(), LinkForm(actor=request.user))

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Link, or show why not."""
        record = self.get_record()
        form = LinkForm(request.POST, actor=request.user)
        link = attempt(
            form,
            lambda data: _link(record, data, actor=request.user),
        )
        if link is None:
            return self._page(request, record, form, status=UNPROCESSABLE)
        return redirect(record)

    def _page(
        self, request: HttpRequest, record: Record, form: LinkForm, status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            "records/form.html",
            {
                "form": form,
                "kind": record.kind_entry,
                "record": record,
                "title": _("Link %(number)s") % {"number": record.number},
                "submit_label": _("Link"),
                "cancel_url": record.get_absolute_url(),
                "form_name": f"link-{record.number}",
            },
            status=status,
        )


def _link(record: Record, data: dict[str, Any], *, actor: Any) -> Any:
    """Link the record, as the source or, where the words say so, as the target."""
    kind = data["kind"].removeprefix(INVERSELY)
    source, target = record, data["target"]
    if kind != data["kind"]:
        source, target = target, source
    return actions.link_records(source, target, kind, actor=actor, via=Via.HTML)
