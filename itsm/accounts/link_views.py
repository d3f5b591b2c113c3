"""Pages that have a link mailed, to sign in with or to set a password, and the page such a link opens.

An address that is known and one that is not are answered alike and cost the same: the web request counts,
and hands the address to a worker.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache

from itsm.accounts.letting_in import let_in
from itsm.accounts.sign_in_links import is_offered, owner_of, spend
from itsm.accounts.tasks import send_password_link, send_sign_in_link
from itsm.core import limits
from itsm.core.network import client_address

FROM_ONE_PLACE = limits.Rate(10, 60 * 60)


class AddressForm(forms.Form):
    """Where a link is to be sent."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class AskForLinkView(View):
    """Has a link sent to an address. Whether anybody has that address is looked up elsewhere."""

    template_name = ""
    counted = ""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Ask for the address."""
        return self._page(AddressForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Have the link sent, and say that it is if the address is known."""
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        usage = limits.count(f"{self.counted}:{client_address(request)}", FROM_ONE_PLACE)
        if usage.is_over:
            form.add_error(None, _("Too many attempts. Try again in an hour."))
            answer = self._page(form, status=429)
            answer["Retry-After"] = str(usage.resets_in)
            return answer
        self.send(form.cleaned_data["email"].strip().lower())
        return self._page(form, is_sent=True)

    def send(self, email: str) -> None:
        """Hand the address to a worker."""
        raise NotImplementedError

    def _page(self, form: AddressForm, *, is_sent: bool = False, status: int = 200) -> HttpResponse:
        context = {"form": form, "is_sent": is_sent, "next": self.following}
        return render(self.request, self.template_name, context, status=status)

    @property
    def following(self) -> str:
        """Where they wanted to be, if that is here."""
        said = self.request.POST.get("next") or self.request.GET.get("next", "")
        return said[:500] if url_has_allowed_host_and_scheme(said, None) else ""


class ForgotView(AskForLinkView):
    """Sends a link with which a password is set."""

    template_name = "registration/forgot.html"
    counted = "forgot"

    def send(self, email: str) -> None:
        send_password_link.delay(email)


class SignInByMailView(AskForLinkView):
    """Sends a link that signs in, where the house has them."""

    template_name = "registration/link_ask.html"
    counted = "sign-in-link"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not is_offered():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def send(self, email: str) -> None:
        send_sign_in_link.delay(email, self.following)


@method_decorator(never_cache, name="dispatch")
class SignInLinkView(View):
    """What the link opens: one button, since mail programs visit links on their own; pressed, it signs in."""

    def get(self, _request: HttpRequest, token: str) -> HttpResponse:
        """Show the button, or that the link is over."""
        person = owner_of(token)
        return self._page(person.name if person is not None else "")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Use the link up, and let in whom it was sent to; a second step is asked for as ever."""
        spent = spend(token)
        if spent is None:
            return self._page("")
        if request.user.is_authenticated:
            logout(request)
        following = spent.following or resolve_url(settings.LOGIN_REDIRECT_URL)
        return redirect(let_in(request, spent.person, following))

    def _page(self, name: str) -> HttpResponse:
        context = {"name": name, "is_over": not name, "is_offered": is_offered()}
        status = 200 if name else 410
        return render(self.request, "registration/link_open.html", context, status=status)
