"""Sending files: always as a download, never to be shown or sniffed by the browser."""

from django.http import FileResponse

from valuechain.records.models import Attachment


def serve(attachment: Attachment) -> FileResponse:
    """Return the file as a download under the name it was uploaded with."""
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response
