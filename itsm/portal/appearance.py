"""How the pages look to one reader: theme, density, text size, width of the navigation, single keys."""

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

# Each cookie with the values it may take; the first is the default and needs no cookie.
CHOICES = {
    "theme": ("system", "light", "dark"),
    "density": ("comfortable", "compact"),
    "text": ("normal", "large", "largest"),
    "nav": ("wide", "narrow"),
    "keys": ("on", "off"),
}
ONE_YEAR = 365 * 24 * 60 * 60


@require_POST
def appearance(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the choices sent in cookies and return to the page they were made on."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = redirect(back)
    for name, values in CHOICES.items():
        chosen = request.POST.get(name, "")
        if chosen in values:
            remember(request, response, name, chosen)
    return response


def remember(request: HttpRequest, response: HttpResponseBase, name: str, chosen: str) -> None:
    """Keep one choice in its cookie; the first of its values needs none."""
    if chosen == CHOICES[name][0]:
        response.delete_cookie(name, samesite="Lax")
    else:
        response.set_cookie(
            name, chosen, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure()
        )
