"""Following a request without an account: by its number and the mail address of who asked.

Whoever writes down a number and an address is told the same, and costs the same, whether both belong
together or not; what becomes of it happens in a worker. The link that is mailed opens a page with one
button, since mail programs visit links on their own; the button spends it. What is then shown is what
was said in public, for half an hour.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django import forms
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from itsm.accounts.models import User
from itsm.core import clock, limits
from itsm.core.errors import RuleViolation
from itsm.core.network import client_address
from itsm.notifications import links
from itsm.portal.conversation import conversation
from itsm.portal.progress import progress_of, track
from itsm.portal.promises import promises_of
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.views.changing import UNPROCESSABLE

#: How long a link waits to be opened, and how long what it opened stays open.
LIFETIME = SHOWN_FOR = timedelta(minutes=30)
#: Questions from one place; and links for one address, beyond which nothing is sent and nobody told.
FROM_ONE_PLACE = limits.Rate(10, 60 * 60)
FOR_ONE_ADDRESS = limits.Rate(3, 60 * 60)
_SALT = "portal.track"
_OPEN = "tracked_requests"


class TrackForm(forms.Form):
    """The number on the receipt, and the address it went to."""

    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=20,
        help_text=gettext_lazy("It is in our first answer, such as INC-1042."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def tracked(number: str, email: str) -> tuple[User, Record] | None:
    """Return who asked and what, where number and address belong together."""
    person = User.objects.filter(email=email, is_active=True, is_service_account=False).first()
    if person is None:
        return None
    record = _seen_by(person).filter(number=number).first()
    return None if record is None else (person, record)


def _seen_by(person: User) -> Any:
    """What somebody may follow: what they asked for themselves, and may still see."""
    facing = [kind.name for kind in kinds if kind.faces_requesters]
    return Record.objects.visible_to(person).filter(requester_id=person.pk, kind__in=facing)


def link_to(person: User, record: Record) -> str:
    """Return the address that opens one request once."""
    token = signing.dumps([person.pk, record.pk, clock.now().timestamp()], salt=_SALT)
    return links.address(reverse("track-open", args=[token]))


def may_be_sent(email: str) -> bool:
    """Count one more link for an address, and say whether it may go."""
    digest = hashlib.sha256(email.encode(errors="replace")).hexdigest()[:32]
    return not limits.count(f"track-link:{digest}", FOR_ONE_ADDRESS).is_over


@never_cache
def track_request(request: HttpRequest) -> HttpResponse:
    """Ask for number and address, and have the link sent if they belong together."""
    from itsm.portal.tasks import send_track_link

    if request.method != "POST":
        return _ask(request, TrackForm(initial={"number": request.GET.get("number", "")[:20]}))
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, UNPROCESSABLE)
    usage = limits.count(f"track:{client_address(request)}", FROM_ONE_PLACE)
    if usage.is_over:
        form.add_error(None, _("Too many attempts. Try again in an hour."))
        answer = _ask(request, form, 429)
        answer["Retry-After"] = str(usage.resets_in)
        return answer
    send_track_link.delay(
        form.cleaned_data["number"].strip().upper(), form.cleaned_data["email"].strip().lower()
    )
    return render(request, "portal/track_ask.html", {"form": form, "is_sent": True})


def _ask(request: HttpRequest, form: TrackForm, status: int = 200) -> HttpResponse:
    return render(request, "portal/track_ask.html", {"form": form, "is_sent": False}, status=status)


@never_cache
def track_open(request: HttpRequest, token: str) -> HttpResponse:
    """Show the one button of a link; pressed, it spends the link and opens the request."""
    found = _read(token)
    if found is None or links.is_used(token):
        return render(request, "portal/track_open.html", {"is_over": True}, status=410)
    if request.method != "POST":
        return render(request, "portal/track_open.html", {"is_over": False})
    try:
        links.use_up(token)
    except RuleViolation:
        return render(request, "portal/track_open.html", {"is_over": True}, status=410)
    person_id, record_id = found
    record = Record.objects.filter(pk=record_id).only("number").first()
    if record is None:
        raise Http404
    request.session.cycle_key()
    until = (clock.now() + SHOWN_FOR).timestamp()
    request.session[_OPEN] = {record.number: [person_id, until]}
    return redirect("track-show", number=record.number)


def _read(token: str) -> tuple[int, int] | None:
    try:
        person_id, record_id, made = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    is_old = clock.now().timestamp() - made > LIFETIME.total_seconds()
    return None if is_old else (person_id, record_id)


@never_cache
def track_show(request: HttpRequest, number: str) -> HttpResponse:
    """Show what was said in public on the request whose link was opened in this browser."""
    kept = request.session.get(_OPEN, {}).get(number.upper())
    if kept is None or clock.now().timestamp() > kept[1]:
        return redirect("track")
    person = User.objects.filter(pk=kept[0], is_active=True).first()
    record = None if person is None else _seen_by(person).filter(number=number.upper()).first()
    if record is None:
        raise Http404
    told, seen = conversation(record, with_files=False)
    context = {
        "record": record,
        "progress": progress_of(record),
        "steps": track(record, seen),
        "conversation": told,
        "promises": promises_of(record, now=clock.now()),
    }
    return render(request, "portal/track_show.html", context)
