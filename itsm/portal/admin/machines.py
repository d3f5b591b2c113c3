"""Pages on which administrators look after programs: webhooks and what was delivered to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.portal.admin.forms import TypedForm
from itsm.portal.admin.views import AdminView
from itsm.webhooks import actions
from itsm.webhooks.catalogue import others, shelves
from itsm.webhooks.models import Delivery, Webhook
from valuechain.records.forms import RuledForm
from valuechain.records.views.changing import UNPROCESSABLE, attempt

#: So many deliveries are listed, the newest first.
SHOWN = 100


class EventsInput(forms.Widget):
    """Events that were ticked, and patterns that were typed, all of one name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        del files
        given = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return [verb for part in given for verb in str(part).split()]


class WebhookForm(RuledForm):
    """Who is told of what."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("Begins with https://, and is reached from the internet."),
    )
    verbs = forms.Field(
        label=gettext_lazy("Events"),
        widget=EventsInput,
        help_text=gettext_lazy("What it is told of, as far as its owner may see the record."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)


class WebhooksView(AdminView):
    """Every webhook of everybody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them with how their deliveries do."""
        status = Delivery.Status
        hooks = (
            Webhook.objects.visible_to(request.user)
            .select_related("owner")
            .annotate(
                waiting=Count("deliveries", filter=Q(deliveries__status=status.QUEUED)),
                given_up=Count("deliveries", filter=Q(deliveries__status=status.DEAD)),
                last=Max("deliveries__delivered_at"),
            )
        )
        return render(request, "admin/webhooks.html", {"hooks": hooks})


class WebhookView(AdminView):
    """One webhook, its log of deliveries, and the way to send one again."""

    def get(self, _request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the form, and for a known one its log."""
        return self._page(self.found(Webhook, pk))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Do the one thing whose button was pressed."""
        hook = self.found(Webhook, pk)
        actor: Any = request.user
        what, _between, given = request.POST.get("do", "save").partition("-")
        if hook is not None and what == "replay":
            delivery = hook.deliveries.filter(pk=int(given) if given.isdecimal() else 0).first()
            if delivery is None:
                raise Http404
            self.settle(
                lambda: actions.replay(delivery, actor=actor),
                _("It is sent again within a minute."),
            )
            return redirect("admin-webhook", pk=hook.pk)
        if hook is not None and what == "rotate":
            hook, secret = actions.rotate(hook, actor=actor)
            return self._page(hook, secret=secret)
        if hook is not None and what == "remove":
            return self._remove(hook, TypedForm(request.POST), actor)
        return self._save(hook, WebhookForm(request.POST), actor)

    def _remove(self, hook: Webhook, form: TypedForm, actor: Any) -> HttpResponse:
        def act(_data: dict[str, Any]) -> bool:
            form.refuse_unless(hook.name)
            actions.remove(hook, actor=actor)
            return True

        if attempt(form, act) is None:
            return self._page(hook, remove_form=form, code=UNPROCESSABLE)
        messages.success(self.request, _("The webhook is gone."))
        return redirect("admin-webhooks")

    def _save(self, hook: Webhook | None, form: WebhookForm, actor: Any) -> HttpResponse:
        secret = ""

        def act(data: dict[str, Any]) -> Webhook:
            nonlocal secret
            if hook is not None:
                return actions.change(hook, data, actor=actor)
            data.pop("is_active")
            made, secret = actions.subscribe(**data, actor=actor)
            return made

        saved = attempt(form, act)
        if saved is None:
            return self._page(hook, form, code=UNPROCESSABLE)
        if secret:
            return self._page(saved, secret=secret, code=201)
        messages.success(self.request, _("Saved."))
        return redirect("admin-webhook", pk=saved.pk)

    def _page(
        self, hook: Webhook | None, form: WebhookForm | None = None, *, secret: str = "",
        code: int = 200, remove_form: TypedForm | None = None,
    ) -> HttpResponse:  # fmt: skip
        known = None
        deliveries: Any = []
        if hook is not None:
            known = {"name": hook.name, "url": hook.url, "verbs": hook.verbs,
                     "is_active": hook.is_active}  # fmt: skip
            deliveries = hook.deliveries.select_related("event", "record")[:SHOWN]
        hook_form = form or WebhookForm(initial=known)
        asked = hook_form["verbs"].value() or []
        context = {
            "hook": hook,
            "form": form or remove_form or WebhookForm(initial=known),
            "hook_form": hook_form,
            "shelves": shelves(asked),
            "others": " ".join(others(asked)),
            "remove_form": remove_form or TypedForm(),
            "delivered": len(deliveries),
            "deliveries": deliveries,
            "secret": secret,
        }
        response = render(self.request, "admin/webhook.html", context, status=code)
        if secret:
            response["Cache-Control"] = "no-store, private"
        return response
