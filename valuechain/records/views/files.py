"""The files of a record: the file itself as a download, and the small picture drawn of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from itsm.core.errors import RuleViolation
from valuechain.records.models import Attachment
from valuechain.records.serving import serve, serve_preview
from valuechain.records.views.access import visible_record


@login_required
@require_safe
def download(request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponseBase:
    """Send a file of a record the reader may see, or say why nobody may open it."""
    attachment = _readable(request, resource, number, pk)
    try:
        return serve(attachment)
    except RuleViolation as held_back:
        context = {"file": attachment, "reason": held_back.message}
        return render(request, "records/held_back.html", context, status=held_back.status)


@login_required
@require_safe
@cache_control(private=True, max_age=3600)
def preview(request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponseBase:
    """Send the small picture drawn of a file of a record the reader may see."""
    return serve_preview(_readable(request, resource, number, pk))


def _readable(request: HttpRequest, resource: str, number: str, pk: int) -> Attachment:
    actor: Any = request.user
    record = visible_record(resource, number, actor=actor)
    attachment = Attachment.objects.readable_on(record, actor).filter(pk=pk).first()
    if attachment is None:
        raise Http404
    return attachment
