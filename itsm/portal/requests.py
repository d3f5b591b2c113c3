"""The requester's pages: what do you need, my requests, one request and what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import User
from itsm.core import clock
from itsm.portal.asks import ASKS, Ask, asks_offered
from itsm.portal.conversation import conversation
from itsm.portal.progress import FOR_YOU_STATES, YOUR_WORD_STATES, progress_of, track
from itsm.portal.promises import promises_of
from itsm.portal.published import READ_HERE
from itsm.portal.suggesting import suggestions_for
from tickets.asks import PUBLIC_REASON
from valuechain.engage import asks as needs
from valuechain.improve.models import Feedback
from valuechain.records import actions, policies
from valuechain.records.answers import MAX_LINE, MAX_TEXT, NotUnderstood, find_person
from valuechain.records.forms import CommentForm, RuledForm, ask_form
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Attachment, Record
from valuechain.records.panels import panels
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.serving import named_files, shown_files
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import LIVE_PHASES, ParticipationRole, Urgency, Via, Visibility

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

PAGE_SIZE = 50


#: What the person who asked may do with their request, in the order the page shows it.
OWN_STEPS = (
    "submit", "resume", "close", "reopen", "confirm_value", "confirm", "confirm_partly",
    "report_no_value", "report_missed", "dispute", "appeal", "acknowledge", "start", "answer",
    "wait_for_us", "cancel", "withdraw",
)  # fmt: skip
#: What only the person who asked can say of what became of it.
ASKERS_WORD = ("confirm_value", "confirm", "confirm_partly", "report_no_value", "report_missed",
               "dispute", "appeal")  # fmt: skip
STEP_WORDS: dict[str, Sentence] = {
    "close": _("Yes, it is solved"),
    "cancel": _("I do not need this any more"),
    # What a supplier's contact says of a request to them.
    "acknowledge": _("We have it"),
    "start": _("We work on it"),
    "wait_for_us": _("We need something from you"),
}


def mine(actor: Any) -> RecordQuerySet:
    """The records the actor raised or takes part in; what they work on is not among them."""
    own: RecordQuerySet = Record.objects.visible_to(actor).filter(
        participations__person_id=actor.pk
    )
    return own.with_people().order_by("-updated_at", "-pk").distinct()


def _what_is_asked() -> Q:
    """What somebody would call a request of theirs: what is asked for, and what waits for their word."""
    asked = {ask.kind for ask in ASKS} | {kind.name for kind in kinds if kind.faces_requesters}
    # What somebody thought of our work is no request of theirs.
    ratings = Feedback.objects.filter(nature=Feedback.Nature.CSAT).values("pk")
    found = (Q(kind__in=sorted(asked)) & ~Q(pk__in=ratings)) | Q(state__in=FOR_YOU_STATES)
    for kind in kinds:
        decided = [one for one in kind.machine.transitions if one.name in ASKERS_WORD]
        if decided and kind.name not in asked:
            states = {state for one in decided for state in one.source}
            found |= Q(kind=kind.name, state__in=sorted(states))
    return found


def asked_by(actor: Any) -> RecordQuerySet:
    """The requests the actor raised or takes part in, and what waits for their word."""
    return mine(actor).filter(_what_is_asked())


def open_of(actor: Any) -> RecordQuerySet:
    """Of one's requests those that go on, and those of which only one's own word is missing."""
    is_open = Q(phase__in=LIVE_PHASES)
    for kind, states in YOUR_WORD_STATES.items():
        is_open |= Q(kind=kind, state__in=states, requester=actor)
    return asked_by(actor).filter(is_open)


def came_of(actor: Any) -> RecordQuerySet:
    """What became of the actor's requests and names them: changes, requirements, benefits and the like."""
    return mine(actor).exclude(_what_is_asked())


def shared(actor: Any) -> RecordQuerySet:
    """What members of the actor's organisation raised, where the organisation shares it."""
    access = actor.access
    if access.shared_organisation_id is None:
        return Record.objects.none()
    facing = [kind.name for kind in kinds if kind.faces_requesters]
    own: RecordQuerySet = Record.objects.visible_to(actor).filter(
        organisation_id=access.shared_organisation_id, kind__in=facing
    )
    return own.with_people().order_by("-updated_at", "-pk")


def request_of(actor: Any, number: str) -> Record:
    """Return a record the actor may see, as its own kind. Raises 404 otherwise."""
    header = Record.objects.visible_to(actor).with_people().filter(number=number.upper()).first()
    if header is None:
        raise Http404
    record = header.specific
    for name in ("owner", "requester", "team", "organisation", "service"):
        setattr(record, name, getattr(header, name))
    return record


@login_required
def portal_requests(request: HttpRequest) -> HttpResponse:
    """List what the reader raised or takes part in; one tab more where their organisation shares."""
    actor: Any = request.user
    show = request.GET.get("show", "open")
    tabs: list[tuple[str, Sentence]] = [
        ("open", _("Open")),
        ("all", _("All")),
        ("came", _("What came of them")),
    ]
    if actor.access.shared_organisation_id is not None:
        tabs.append(("shared", _("My organisation")))
    if show not in {name for name, _label in tabs}:
        show = "open"
    lists = {"open": open_of, "shared": shared, "came": came_of}
    found = lists.get(show, asked_by)(actor)
    begin = _begin(request.GET.get("from", ""))
    rows = list(found[begin : begin + PAGE_SIZE + 1])
    return render(
        request,
        "portal/requests.html",
        {
            "tabs": [
                {"label": label, "url": f"{request.path}?show={name}", "current": name == show}
                for name, label in tabs
            ],
            "show": show,
            "requests": [_row(record) for record in rows[:PAGE_SIZE]],
            "page": {
                "previous_url": _at(request, show, begin - PAGE_SIZE) if begin else "",
                "next_url": _at(request, show, begin + PAGE_SIZE) if len(rows) > PAGE_SIZE else "",
            },
        },
    )


def _begin(given: str) -> int:
    return min(int(given), 10_000) if given.isascii() and given.isdigit() and len(given) < 6 else 0


def _at(request: HttpRequest, show: str, begin: int) -> str:
    return f"{request.path}?show={show}&from={max(begin, 0)}"


def _row(record: Record) -> dict[str, Any]:
    return {"record": record, "progress": progress_of(record)}


class AskForm(RuledForm):
    """What a requester is asked: few questions, in plain words."""

    title = forms.CharField(max_length=200)
    description = forms.CharField(
        label=_("Tell us more"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What did you want to do, and what happened instead?"),
    )
    urgency = forms.TypedChoiceField(
        label=_("How badly does it hold you up?"),
        choices=Urgency.choices,
        coerce=int,
        initial=Urgency.SLOWED,
        widget=forms.RadioSelect,
    )
    affected = forms.CharField(
        label=_("Is it for somebody else?"),
        required=False,
        max_length=MAX_LINE,
        help_text=_("The name or e-mail address of a colleague. They can then follow it too."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("File"), required=False, allow_empty_file=True,
        help_text=_("A picture of the screen often helps."),
    )  # fmt: skip

    def __init__(self, *args: Any, ask: Ask, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["title"].label = ask.title_label
        self.fields["title"].help_text = _("One line is enough.")
        if ask.hint:
            self.fields["description"].help_text = ask.hint
        if not ask.asks_urgency:
            del self.fields["urgency"]
        if ask.is_notice:
            del self.fields["affected"]
            self.fields["file"].help_text = _("What you sent us before, or a confirmation.")

    def clean_affected(self) -> User | None:
        words = self.cleaned_data["affected"]
        if not words:
            return None
        try:
            found = find_person(words, actor=self.actor)
        except NotUnderstood:
            found = None
        # Somebody elsewhere is answered as nobody is: a form is no way to learn who exists.
        if found is None or found.organisation_id != self.actor.organisation_id:
            raise forms.ValidationError(
                _("Nobody of your organisation is known by that name. Leave this empty, and say"
                  " in your own words who it is for.")
            )  # fmt: skip
        return found


@login_required
def portal_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what it takes to raise one kind of request, and raise it."""
    actor: Any = request.user
    ask = next((ask for ask in asks_offered(actor) if ask.slug == slug), None)
    if ask is None:
        raise Http404
    if request.method != "POST":
        initial = {"title": request.GET.get("title", "")[:200]}
        return _ask_page(request, ask, AskForm(ask=ask, actor=actor, initial=initial))
    form = AskForm(request.POST, request.FILES, ask=ask, actor=actor)
    if not ask.is_notice and (found := _not_yet_seen(request, form)):
        return _ask_page(request, ask, form, found=found)
    kind = kinds[ask.kind]
    record = attempt(form, lambda data: _raise(kind, data, actor=actor))
    if record is None:
        return _ask_page(request, ask, form, status=UNPROCESSABLE)
    return redirect("portal-sent", number=record.number)


def _raise(kind: Kind, data: dict[str, Any], *, actor: Any) -> Record:
    file, affected = data.pop("file"), data.pop("affected", None)
    values = {name: value for name, value in data.items() if value not in (None, "")}
    if affected is not None and affected.pk != actor.pk:
        values["participants"] = {ParticipationRole.AFFECTED: [affected]}
    record = kind.open(actor=actor, via=Via.HTML, requester=actor, **values)
    if record.state == "draft":
        record = actions.perform(record, "submit", actor=actor, via=Via.HTML).record
    if file:
        _attach(record, file, actor=actor)
    return record


def _attach(record: Record, file: Any, *, actor: Any, comment: Any = None) -> None:
    actions.attach_file(
        record,
        file=file,
        name=file.name,
        visibility=Visibility.PUBLIC,
        actor=actor,
        via=Via.HTML,
        comment=comment,
    )


def _not_yet_seen(request: HttpRequest, form: AskForm) -> dict[str, list[Any]]:
    """Return what may answer the request, unless its sender has seen it: empty when there is nothing.

    With scripts it is seen while typing. A file would have to be chosen again, so it goes at once.
    """
    if "suggested" in request.POST or request.FILES or not form.is_valid():
        return {}
    found = suggestions_for(request.user, form.cleaned_data["title"])
    return found if any(found.values()) else {}


def _ask_page(
    request: HttpRequest, ask: Ask, form: AskForm, status: int = 200,
    found: dict[str, list[Any]] | None = None,
) -> HttpResponse:  # fmt: skip
    if found is None and not ask.is_notice:
        found = suggestions_for(request.user, str(form["title"].value() or ""))
    return render(
        request, "portal/ask.html", {"ask": ask, "form": form, **(found or {})}, status=status
    )


@login_required
def portal_sent(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm that a request arrived: its number, and what happens next."""
    record = request_of(request.user, number)
    return render(
        request,
        "portal/sent.html",
        {
            "record": record,
            "progress": progress_of(record),
            "promises": promises_of(record, now=clock.now()),
        },
    )


@login_required
def portal_request(request: HttpRequest, number: str) -> HttpResponse:
    """Show one request as the person who asked reads it, and keep what they write."""
    record = request_of(request.user, number)
    match = request.resolver_match
    if record.kind == "need" and match is not None and match.url_name != "portal-need":
        return redirect("portal-need", number=record.number)
    if record.kind in READ_HERE and request.method != "POST":
        return redirect("portal-text", number=record.number)
    form = CommentForm(prefix="reply", initial={"seen": record.event_count})
    if request.method != "POST":
        return _request_page(request, record, form)
    form = CommentForm(request.POST, request.FILES, prefix="reply")
    comment = attempt(form, lambda data: _reply(record, data, actor=request.user))
    if comment is None:
        # The writer has now been told what else was written: sending again is meant.
        form.data = {**dict(form.data.items()), "reply-seen": str(record.event_count)}
        return _request_page(request, record, form, status=UNPROCESSABLE)
    return redirect(f"{request.path}#comment-{comment.pk}")


def _reply(record: Record, data: dict[str, Any], *, actor: Any) -> Any:
    comment = actions.add_comment(
        record,
        body=data["body"],
        visibility=Visibility.PUBLIC,
        actor=actor,
        via=Via.HTML,
        expected_events=data["seen"],
    )
    if file := data["file"]:
        _attach(comment.record, file, actor=actor, comment=comment)
    return comment


def _request_page(
    request: HttpRequest, record: Record, form: CommentForm, status: int = 200
) -> HttpResponse:
    actor: Any = request.user
    form.fields["body"].help_text = ""
    told, seen = conversation(record)
    opening_files = list(
        Attachment.objects.filter(record=record, visibility=Visibility.PUBLIC, comment=None)
    )
    may_reply = policies.may_comment(actor, record, Visibility.PUBLIC)
    successor = record.kind_entry.successor(record)
    if successor is not None and not (
        Record.objects.visible_to(actor).filter(pk=successor.pk).exists()
    ):
        successor = None
    return render(
        request,
        [f"portal/{record.kind}.html", "portal/request.html"],
        {
            **panels.record_context(record, actor=actor),
            "record": record,
            "progress": progress_of(record),
            "steps": track(record, seen),
            "conversation": told,
            "files": shown_files(opening_files, record),
            "named_files": named_files(opening_files, record),
            "offers": own_offers(record, actor),
            "form": form if may_reply else None,
            "successor": successor,
            "promises": promises_of(record, now=clock.now()),
        },
        status=status,
    )


def own_offers(record: Record, actor: Any) -> list[dict[str, Any]]:
    """Return what the person who asked may do now; others who see the request do nothing with it."""
    if not (policies.is_requester(actor, record) or _is_asked(actor, record)):
        return []
    offered = {
        offer.name: offer
        for offer in record.kind_entry.machine.offers(record, actor)
        if offer.decision
    }
    return [
        {"name": name, "label": STEP_WORDS.get(name, offered[name].label),
         "tone": "danger" if name in ("cancel", "withdraw") else "plain", "asks": offered[name].asks}
        for name in OWN_STEPS
        if name in offered
    ]  # fmt: skip


def _is_asked(actor: Any, record: Any) -> bool:
    """Whether the record asks the actor something, as a request to a supplier asks its contact."""
    return record.kind == "supplier_request" and record.contact_id == actor.pk


@login_required
def portal_step(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Confirm, reopen or cancel a request, asking first what that asks."""
    actor: Any = request.user
    record = request_of(actor, number)
    offer = next((one for one in own_offers(record, actor) if one["name"] == name), None)
    if offer is None:
        raise Http404
    form_class = ask_form(offer["asks"], actor=actor)
    if name == "appeal":
        evidence = forms.FileField(label=_("File"), required=False, allow_empty_file=True)
        form_class = type("AppealForm", (form_class,), {"file": evidence})
    if request.method != "POST":
        return _step_page(request, record, offer, form_class(initial={"version": record.version}))
    form = form_class(request.POST, request.FILES)

    def move(data: dict[str, Any]) -> Any:
        version, file = data.pop("version", None), data.pop("file", None)
        moved = actions.perform(
            record, name, actor=actor, via=Via.HTML, data=data, expected_version=version
        )
        if file:
            _attach(moved.record, file, actor=actor)
        return moved

    if attempt(form, move) is None:
        return _step_page(request, record, offer, form, status=UNPROCESSABLE)
    return redirect("portal-request", number=record.number)


def _step_page(
    request: HttpRequest, record: Record, offer: dict[str, Any], form: Any, status: int = 200
) -> HttpResponse:
    for field in form.fields.values():
        # Whoever writes it here is the one who reads it.
        if field.help_text in (PUBLIC_REASON.help, needs.PUBLIC_REASON.help):
            field.help_text = ""
    context = {"record": record, "offer": offer, "form": form, "progress": progress_of(record)}
    return render(request, "portal/step.html", context, status=status)
