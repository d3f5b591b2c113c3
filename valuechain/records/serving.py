"""Showing and sending files: as downloads only, and only what nothing harmful was found in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from itsm.core.errors import RuleViolation
from itsm.core.markdown import NamedFile
from valuechain.records.models import Attachment, Record

Standing = Attachment.Standing


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as a page names it: `url` is empty while it cannot be opened, and `note` says why."""

    name: str
    size: int
    url: str = ""
    preview_url: str = ""
    note: str = ""


def shown_files(attachments: Iterable[Attachment], record: Record) -> list[ShownFile]:
    """Return files of a record for the list component. Costs no query of its own."""
    return [_shown(one, record) for one in attachments]


def named_files(attachments: Iterable[Attachment], record: Record) -> tuple[NamedFile, ...]:
    """Return the files that came with a text, for showing where it names them."""
    return tuple(
        NamedFile(file.name, file.url, file.preview_url)
        for file in shown_files(attachments, record)
        if file.url
    )


def _shown(attachment: Attachment, record: Record) -> ShownFile:
    if note := _in_the_way(attachment):
        return ShownFile(attachment.name, attachment.size, note=note)
    key = [record.resource, record.number, attachment.pk]
    return ShownFile(
        attachment.name,
        attachment.size,
        reverse("record-file", args=key),
        reverse("record-file-preview", args=key) if attachment.thumbnail else "",
    )


def _in_the_way(attachment: Attachment) -> str:
    if attachment.standing == Standing.QUARANTINED:
        return _("Held back: %(found)s was found in it.") % {"found": attachment.finding}
    if attachment.standing == Standing.WAITING:
        return _("It is being checked. Try again in a minute.")
    return ""


def serve(attachment: Attachment) -> FileResponse:
    """Return the file as a download under the name it was uploaded with.

    Raises RuleViolation("file_held_back") when it is harmful or not checked yet.
    """
    if note := _in_the_way(attachment):
        raise RuleViolation("file_held_back", note)
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type="application/octet-stream",
    )
    return _guarded(response)


def serve_preview(attachment: Attachment) -> FileResponse:
    """Return the small picture that was drawn of a file; it is our own, so a page may show it."""
    if not attachment.thumbnail or _in_the_way(attachment):
        raise Http404
    return _guarded(FileResponse(attachment.thumbnail.open("rb"), content_type="image/webp"))


def _guarded(response: FileResponse) -> FileResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response
