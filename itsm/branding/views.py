"""The stylesheet and the logo of the house, each under a name that changes with its content."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from itsm.branding.models import ONLY, Brand
from itsm.branding.reading import digest_of, styles_of

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def styles(_request: HttpRequest, digest: str) -> HttpResponse:
    """Answer with the rules of the house's colour; with none where it has no longer one of its own."""
    row = Brand.objects.filter(pk=ONLY).first()
    return _file(styles_of(row).encode() if row else b"", digest, "text/css; charset=utf-8")


@require_safe
def logo(_request: HttpRequest, digest: str) -> HttpResponse:
    """Answer with the logo, which was drawn by the program itself and is nothing but a picture."""
    row = Brand.objects.filter(pk=ONLY).only("logo").first()
    if row is None or not row.logo:
        raise Http404
    return _file(bytes(row.logo), digest, "image/png")


def _file(content: bytes, digest: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    # A page drawn before the last change asks by the old name; it gets what there is, once.
    response["Cache-Control"] = FOR_EVER if digest == digest_of(content) else "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
