"""The pages of notifications: what happened, what one wants, and what links in mail lead to."""

from __future__ import annotations

import smtplib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from itsm.accounts.models import User
from itsm.core.errors import RuleViolation
from itsm.core.letters import send_letter
from itsm.notifications import actions, links
from itsm.notifications.delivering import resend
from itsm.notifications.forms import WishesForm
from itsm.notifications.models import Mute, Notification, OutboundMail
from itsm.notifications.news import news
from valuechain.approvals.actions import vote
from valuechain.approvals.forms import VoteForm
from valuechain.approvals.models import Approval
from valuechain.records.models import Record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via

MOST = 300


def _base(request: HttpRequest) -> str:
    user: Any = request.user
    is_staff = user.is_authenticated and user.access.is_staff
    return "base.html" if is_staff else "portal_base.html"


@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show what happened to one's records, grouped by record, newest first."""
    user: Any = request.user
    shows_all = request.GET.get("show") == "all"
    found = Notification.objects.visible_to(user).select_related("record", "event", "event__actor")
    if not shows_all:
        found = found.unread()
    groups: dict[int, dict[str, Any]] = {}
    for one in found[:MOST]:
        group = groups.setdefault(one.record_id, {"record": one.record, "lines": [], "unread": 0})
        group["lines"].append({"at": one.at, "why": news(one), "who": one.event.actor,
                               "is_unread": one.read_at is None})  # fmt: skip
        group["unread"] += one.read_at is None
    muted = Mute.objects.filter(person=user).select_related("record")
    tabs = [
        {"label": _("Unread"), "url": request.path, "current": not shows_all},
        {"label": _("All"), "url": f"{request.path}?show=all", "current": shows_all},
    ]
    return render(
        request,
        "notifications/list.html",
        {
            "groups": [group | {"url": _page(group["record"], user)} for group in groups.values()],
            "tabs": tabs,
            "muted": [
                one.record
                for one in muted
                if Record.objects.visible_to(user).filter(pk=one.record_id).exists()
            ]
            if shows_all
            else [],
            "base": _base(request),
        },
    )


def _page(record: Record, user: Any) -> str:
    from django.urls import reverse

    if user.access.is_staff:
        return record.get_absolute_url()
    return reverse("portal-request", args=[record.number])


@login_required
@require_POST
def notification_read(request: HttpRequest, number: str = "") -> HttpResponse:
    """Mark what is about a record, or everything, as read."""
    record = _visible(request, number) if number else None
    actions.mark_read(actor=request.user, record_id=record.pk if record else None)
    return redirect("notification-list")


@login_required
@require_POST
def notification_mute(request: HttpRequest, number: str) -> HttpResponse:
    """Hear nothing more of a record, or hear of it again."""
    user: Any = request.user
    record = _visible(request, number)
    if "again" in request.POST:
        actions.unmute(person_id=user.pk, record_id=record.pk)
        messages.success(request, _("You hear of %(number)s again.") % {"number": number})
    else:
        actions.mute(person_id=user.pk, record_id=record.pk)
        messages.success(request, _("You hear no more of %(number)s.") % {"number": number})
    return redirect("notification-list")


def _visible(request: HttpRequest, number: str) -> Record:
    found = Record.objects.visible_to(request.user).filter(number=number.upper()).first()
    if found is None:
        raise Http404
    return found


@login_required
def notification_settings(request: HttpRequest) -> HttpResponse:
    """Choose for each reason whether to be told in the portal, by mail, once a day, or not."""
    if request.method != "POST":
        form = WishesForm(initial=WishesForm.initial_of(request.user))
        return _settings(request, form)
    form = WishesForm(request.POST)
    if not form.is_valid():
        return _settings(request, form, UNPROCESSABLE)
    actions.choose(actor=request.user, wishes=form.wishes(), habits=form.habits())
    messages.success(request, _("Your choices are kept."))
    return redirect("notification-settings")


def _settings(request: HttpRequest, form: WishesForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "base": _base(request)}
    return render(request, "notifications/settings.html", context, status=status)


@csrf_exempt  # A mail program follows List-Unsubscribe without a cookie; the signature stands for it.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notification_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mail about one record: a page that asks, and does so only when the form is sent."""
    found = links.read_mute(token)
    if found is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        actions.mute(person_id=found[0], record_id=found[1])
    with _language_of(found[0]):
        return render(request, "notifications/stop.html", {"is_done": is_done})


@csrf_exempt  # As above.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the daily mail: a page that asks, and does so only when the form is sent."""
    person_id = links.read_digest(token)
    if person_id is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        actions.stop_digest(person_id=person_id)
    with _language_of(person_id):
        return render(request, "notifications/stop.html", {"is_done": is_done, "is_daily": True})


def _language_of(person_id: int) -> Any:
    """Speak as the mail did that led here; whoever follows its link is not signed in."""
    chosen = User.objects.filter(pk=person_id).values_list("language", flat=True).first()
    return translation.override(chosen or translation.get_language())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def approval_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Decide on an approval from a mail: the page asks, and only the form sent decides, once."""
    found = links.read_approval(token)
    if found is None:
        raise Http404
    person_id, approval_id, step = found
    person = User.objects.filter(pk=person_id, is_active=True).first()
    approval = Approval.objects.select_related("subject").filter(pk=approval_id).first()
    if person is None or approval is None:
        raise Http404
    is_over = links.is_used(token) or not approval.is_pending or approval.current_step != step
    with translation.override(person.language):
        return _decide(request, token, person, approval, is_over=is_over)


def _decide(
    request: HttpRequest, token: str, person: User, approval: Approval, *, is_over: bool
) -> HttpResponse:
    form = VoteForm(request.POST) if request.method == "POST" else VoteForm()
    status, is_done = 200, False
    if request.method == "POST" and not is_over:

        def decide(data: dict[str, Any]) -> Any:
            links.use_up(token)
            return vote(approval, actor=person, via=Via.EMAIL, **data)

        if attempt(form, decide) is None:
            status = UNPROCESSABLE
        else:
            is_over = is_done = True
    context = {
        "approval": approval,
        "record": approval.subject.specific,
        "person": person,
        "form": form,
        "is_over": is_over,
        "is_done": is_done,
    }
    return render(request, "notifications/approve.html", context, status=status)


_OUTBOX = (
    ("dead", gettext_lazy("Given up"), {"status": OutboundMail.Status.DEAD}),
    (
        "late",
        gettext_lazy("Tried again"),
        {"status": OutboundMail.Status.QUEUED, "attempts__gt": 0},
    ),
    ("queued", gettext_lazy("Waiting"), {"status": OutboundMail.Status.QUEUED, "attempts": 0}),
    ("sent", gettext_lazy("Sent"), {"status": OutboundMail.Status.SENT}),
)


@login_required
def outbox(request: HttpRequest) -> HttpResponse:
    """Show administrators the mail that could not be sent, and let them send it again."""
    user: Any = request.user
    if not user.access.is_admin:
        raise Http404
    if request.method == "POST":
        _send_test(request) if "test" in request.POST else _send_again(request)
        return redirect("admin-mail-outbox")
    asked = request.GET.get("show", "dead")
    show = next((one for one in _OUTBOX if one[0] == asked), _OUTBOX[0])
    context = {
        "mails": OutboundMail.objects.filter(**show[2]).select_related("record")[:MOST],
        "show": show[0],
        "tabs": [
            {"label": label, "url": f"{request.path}?show={name}", "current": name == show[0]}
            for name, label, _filter in _OUTBOX
        ],
    }
    return render(request, "notifications/outbox.html", context)


def _send_test(request: HttpRequest) -> None:
    """Send the administrator a mail at once, and say what the mail server said."""
    user: Any = request.user
    if not user.email:
        messages.error(request, _("You have no mail address. Write yours down first."))
        return
    try:
        send_letter(
            user.email,
            subject=_("A test"),
            opening=_("Mail from here reaches you."),
            link=links.address(request.path),
            action=_("See what else goes out"),
            closing=_("You asked for this mail yourself. There is nothing to do."),
        )
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        words = {"server": settings.EMAIL_HOST, "words": f"{type(problem).__name__}: {problem}"}
        messages.error(request, _("%(server)s did not take it. It said: %(words)s") % words)
    else:
        words = {"address": user.email}
        messages.success(request, _("It is on its way to %(address)s.") % words)


def _send_again(request: HttpRequest) -> None:
    """Put one mail that was given up, or all of them, back into the queue."""
    dead = OutboundMail.objects.filter(status=OutboundMail.Status.DEAD)
    chosen = request.POST.get("mail", "")
    if "all" in request.POST:
        mails = list(dead[:MOST])
    elif chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        mails = list(OutboundMail.objects.filter(pk=int(chosen)))
    else:
        mails = []
    if not mails and "all" not in request.POST:
        raise Http404
    try:
        with transaction.atomic():
            for mail in mails:
                resend(mail, actor=request.user)
    except RuleViolation as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(
            request,
            ngettext("%(count)d mail is sent again.", "%(count)d mails are sent again.", len(mails))
            % {"count": len(mails)},
        )
