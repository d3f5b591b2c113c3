"""The mail inbox of the desk, and the mailboxes it is fed from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.models import User
from itsm.accounts.roles import DESK_ROLES
from itsm.core.errors import RuleViolation
from tickets.asks import TICKET_KINDS
from tickets.mail import actions
from tickets.mail.explaining import explain
from tickets.mail.fetching import try_connection
from tickets.mail.forms import AcceptForm, AttachForm, MailboxForm, RuleForm
from tickets.mail.marks import without_subject_mark
from tickets.mail.models import InboundMail, Mailbox, SenderRule
from tickets.mail.senders import find_person
from tickets.similar import similar_incidents
from valuechain.records.models import Record
from valuechain.records.views.access import AdminView, StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via

PAGE = 50
THEIRS = 5
SHOWN = (
    ("waiting", gettext_lazy("To place"), {"outcome": "parked", "is_machine": False}),
    ("unreadable", gettext_lazy("Cannot be read"), {"outcome": "quarantined"}),
    ("machine", gettext_lazy("By machines"), {"outcome": "parked", "is_machine": True}),
    ("placed", gettext_lazy("Placed"), {"outcome__in": ["ticket", "comment", "dismissed"]}),
)


class DeskView(StaffView):
    """A page for those who keep the desk; for other staff it does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated and user.access.is_staff and not user.access.holds(DESK_ROLES):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class InboxView(DeskView):
    """Mail that waits for somebody to say where it belongs, oldest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        visible = InboundMail.objects.visible_to(request.user)
        asked = request.GET.get("show", "waiting")
        show = next((one for one in SHOWN if one[0] == asked), SHOWN[0])
        found = visible.filter(**show[2]).defer("raw").select_related("mailbox", "record")
        before = request.GET.get("before", "")
        if before.isascii() and before.isdigit() and len(before) < 19:
            found = found.filter(pk__lt=int(before))
        mails = list(found.order_by("-pk")[: PAGE + 1])
        tabs = [
            {"label": label, "url": f"{request.path}?show={name}", "current": name == show[0]}
            for name, label, _filter in SHOWN
        ]
        return render(
            request,
            "mail/inbox.html",
            {
                "mails": mails[:PAGE],
                "older": mails[PAGE - 1].pk if len(mails) > PAGE else None,
                "tabs": tabs,
                "show": show[0],
            },
        )


class OneMailView(DeskView):
    """A page about one mail that the reader may see."""

    def get_mail(self) -> InboundMail:
        found = InboundMail.objects.visible_to(self.request.user).filter(pk=self.kwargs["pk"])
        mail = found.select_related("mailbox", "record", "settled_by").first()
        if mail is None:
            raise Http404
        return mail

    def page(
        self, request: HttpRequest, mail: InboundMail, status: int = 200, **forms: Any
    ) -> HttpResponse:
        """Show the mail as text beside what can be done with it."""
        suggested = mail.record if self._may_see(mail.record) else None
        initial = {"record": suggested} if suggested else {}
        is_open = mail.outcome in {"parked", "quarantined"}
        return render(
            request,
            "mail/mail.html",
            {
                "mail": mail,
                "read": explain(bytes(mail.raw), mailbox=mail.mailbox),
                "is_open": is_open,
                **(_beside(mail, request.user) if is_open else {}),
                "suggested": suggested,
                "accept_form": AcceptForm(actor=request.user, prefix="accept"),
                "attach_form": AttachForm(actor=request.user, initial=initial, prefix="attach"),
                **forms,
            },
            status=status,
        )

    def _may_see(self, record: Record | None) -> bool:
        if record is None:
            return False
        return Record.objects.visible_to(self.request.user).filter(pk=record.pk).exists()


def _beside(mail: InboundMail, actor: Any) -> dict[str, Any]:
    """Return what the mail may belong to, as the call form shows it: what reads alike, and theirs."""
    person = find_person(mail.sender) if mail.sender else None
    if person is not None and not User.objects.visible_to(actor).filter(pk=person.pk).exists():
        person = None
    theirs = Record.objects.visible_to(actor).live().of_kind(*TICKET_KINDS)
    return {
        "person": person,
        "similar": similar_incidents(
            without_subject_mark(mail.subject), actor=actor, now=mail.received_at
        ),
        "theirs": list(theirs.filter(requester=person).with_people().order_by("-pk")[:THEIRS])
        if person
        else [],
    }


class MailView(OneMailView):
    """One mail, and the three things that can become of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(request, self.get_mail())


class RawMailView(OneMailView):
    """The mail as it came, always as a download."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail = self.get_mail()
        response = HttpResponse(bytes(mail.raw), content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox"
        return response


class AcceptView(OneMailView):
    """Opens a ticket from the mail."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail = self.get_mail()
        form = AcceptForm(request.POST, actor=request.user, prefix="accept")
        done = attempt(
            form, lambda data: actions.accept(mail, actor=request.user, via=Via.HTML, **data)
        )
        if done is None:
            return self.page(request, mail, UNPROCESSABLE, accept_form=form)
        messages.success(request, _("%(number)s is open.") % {"number": done.record.number})
        return redirect("mail-inbox")


class AttachView(OneMailView):
    """Adds the mail to a record."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail = self.get_mail()
        form = AttachForm(request.POST, actor=request.user, prefix="attach")
        done = attempt(
            form,
            lambda data: actions.attach_to(mail, data["record"], actor=request.user, via=Via.HTML),
        )
        if done is None:
            return self.page(request, mail, UNPROCESSABLE, attach_form=form)
        messages.success(
            request, _("The mail is on %(number)s now.") % {"number": done.record.number}
        )
        return redirect("mail-inbox")


class DismissView(OneMailView):
    """Says that the mail is not a ticket."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            actions.dismiss(self.get_mail(), actor=request.user, via=Via.HTML)
        except RuleViolation as problem:
            messages.error(request, str(problem.message))
        else:
            messages.success(request, _("Put away: not a ticket."))
        return redirect("mail-inbox")


class MailboxListView(AdminView):
    """Every mailbox with its last visit, and whose people write from which domain."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, RuleForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add a rule for a domain."""
        form = RuleForm(request.POST)
        made = attempt(form, lambda data: actions.add_rule(actor=request.user, **data))
        if made is None:
            return self._page(request, form, UNPROCESSABLE)
        messages.success(request, _("The rule holds from the next mail on."))
        return redirect("admin-mail")

    def _page(self, request: HttpRequest, form: RuleForm, status: int = 200) -> HttpResponse:
        return render(
            request,
            "mail/mailboxes.html",
            {
                "mailboxes": Mailbox.objects.select_related("team", "organisation"),
                "rules": SenderRule.objects.select_related("organisation"),
                "form": form,
            },
            status=status,
        )


class MailboxView(AdminView):
    """Adds or edits a mailbox, and tries its connection."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        mailbox = self._mailbox(pk)
        return self._page(request, mailbox, MailboxForm(instance=mailbox))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        mailbox = self._mailbox(pk)
        if mailbox is not None and "try" in request.POST:
            said = try_connection(mailbox)
            return self._page(request, mailbox, MailboxForm(instance=mailbox), said=said)
        form = MailboxForm(request.POST, instance=mailbox)
        if not form.is_valid():
            return self._page(request, mailbox, form, status=UNPROCESSABLE)
        actions.keep_mailbox(form.instance, actor=request.user)
        messages.success(request, _("The mailbox is kept."))
        return redirect("admin-mail")

    def _mailbox(self, pk: int | None) -> Mailbox | None:
        if pk is None:
            return None
        mailbox = Mailbox.objects.filter(pk=pk).first()
        if mailbox is None:
            raise Http404
        return mailbox

    def _page(
        self, request: HttpRequest, mailbox: Mailbox | None, form: MailboxForm, *,
        said: str = "", status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        context = {"mailbox": mailbox, "form": form, "said": said}
        return render(request, "mail/mailbox.html", context, status=status)


class DropRuleView(AdminView):
    """Takes a domain's rule away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actions.drop_rule(pk, actor=request.user)
        return redirect("admin-mail")
