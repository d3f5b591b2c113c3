"""The pages of webhooks, for administrators: which systems are told, and every delivery."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from itsm.core.errors import RuleViolation
from itsm.webhooks import actions
from itsm.webhooks.forms import WebhookForm
from itsm.webhooks.models import Delivery, Webhook
from valuechain.records.models import Record
from valuechain.records.views.access import AdminView
from valuechain.records.views.changing import UNPROCESSABLE, attempt

MOST = 100
SHOWN = (
    ("all", gettext_lazy("All"), None),
    ("dead", gettext_lazy("Given up"), Delivery.Status.DEAD),
    ("queued", gettext_lazy("Waiting"), Delivery.Status.QUEUED),
)


class WebhookListView(AdminView):
    """Every webhook with what waits for it and what was given up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        hooks = (
            Webhook.objects.visible_to(request.user)
            .select_related("owner")
            .annotate(
                waiting=Count("deliveries", filter=Q(deliveries__status="queued")),
                dead=Count("deliveries", filter=Q(deliveries__status="dead")),
                delivered_at=Max("deliveries__delivered_at"),
            )
        )
        return render(request, "webhooks/list.html", {"hooks": hooks})


@method_decorator(never_cache, name="dispatch")
class NewWebhookView(AdminView):
    """Subscribes to events; the page that follows shows the secret, once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, WebhookForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WebhookForm(request.POST)
        made = attempt(form, lambda data: _subscribe(data, actor=request.user))
        if made is None:
            return self._page(request, form, UNPROCESSABLE)
        hook, secret = made
        return render(request, "webhooks/secret.html", {"hook": hook, "secret": secret})

    def _page(self, request: HttpRequest, form: WebhookForm, status: int = 200) -> HttpResponse:
        return render(request, "webhooks/new.html", {"form": form}, status=status)


def _subscribe(data: dict[str, Any], *, actor: Any) -> tuple[Webhook, str]:
    is_active = data.pop("is_active")
    hook, secret = actions.subscribe(actor=actor, **data)
    if not is_active:
        hook = actions.change(hook, {"is_active": False}, actor=actor)
    return hook, secret


class OneWebhookView(AdminView):
    """A page about one webhook."""

    def get_hook(self) -> Webhook:
        found = Webhook.objects.visible_to(self.request.user).filter(uid=self.kwargs["uid"])
        for hook in found.select_related("owner"):
            return hook
        raise Http404


class WebhookView(OneWebhookView):
    """One webhook: its form, and its deliveries with what was answered."""

    def get(self, request: HttpRequest, uid: Any) -> HttpResponse:
        hook = self.get_hook()
        return self._page(request, hook, WebhookForm(initial=WebhookForm.initial_of(hook)))

    def post(self, request: HttpRequest, uid: Any) -> HttpResponse:
        hook = self.get_hook()
        form = WebhookForm(request.POST)
        done = attempt(form, lambda data: actions.change(hook, data, actor=request.user))
        if done is None:
            return self._page(request, hook, form, UNPROCESSABLE)
        messages.success(request, _("The webhook is kept."))
        return redirect("admin-webhook", uid=hook.uid)

    def _page(
        self, request: HttpRequest, hook: Webhook, form: WebhookForm, status: int = 200
    ) -> HttpResponse:
        asked = request.GET.get("show", "all")
        show = next((one for one in SHOWN if one[0] == asked), SHOWN[0])
        found = Delivery.objects.filter(webhook=hook).select_related("event", "record")
        if show[2] is not None:
            found = found.filter(status=show[2])
        deliveries = list(found[:MOST])
        seen = Record.objects.visible_to(request.user).filter(
            pk__in={one.record_id for one in deliveries}
        )
        context = {
            "hook": hook,
            "form": form,
            "deliveries": deliveries,
            "seen": set(seen.values_list("pk", flat=True)),
            "tabs": [
                {"label": label, "url": f"{request.path}?show={name}", "current": name == show[0]}
                for name, label, _status in SHOWN
            ],
        }
        return render(request, "webhooks/webhook.html", context, status=status)


@method_decorator(never_cache, name="dispatch")
class RotateView(OneWebhookView):
    """Replaces the secret; the answer shows the new one, once."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, uid: Any) -> HttpResponse:
        hook, secret = actions.rotate(self.get_hook(), actor=request.user)
        return render(request, "webhooks/secret.html", {"hook": hook, "secret": secret})


class RemoveView(OneWebhookView):
    """Removes a webhook and its deliveries, after asking."""

    def get(self, request: HttpRequest, uid: Any) -> HttpResponse:
        return render(request, "webhooks/remove.html", {"hook": self.get_hook()})

    def post(self, request: HttpRequest, uid: Any) -> HttpResponse:
        hook = self.get_hook()
        actions.remove(hook, actor=request.user)
        messages.success(request, _("“%(name)s” is removed.") % {"name": hook.name})
        return redirect("admin-webhooks")


class ReplayView(OneWebhookView):
    """Sends a delivery again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, uid: Any, delivery: Any) -> HttpResponse:
        hook = self.get_hook()
        one = Delivery.objects.filter(webhook=hook, uid=delivery).select_related("webhook").first()
        if one is None:
            raise Http404
        try:
            actions.replay(one, actor=request.user)
        except RuleViolation as problem:
            messages.error(request, str(problem.message))
        else:
            messages.success(request, _("It is sent again."))
        return redirect("admin-webhook", uid=hook.uid)
