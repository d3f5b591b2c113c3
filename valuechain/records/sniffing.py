"""What a file is, by its first bytes and never by what its sender says."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import RuleViolation

UNKNOWN = "application/octet-stream"
#: How much of a file is looked at.
HEAD = 4096

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
)
#: Programs, which nobody needs to send to a service desk.
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: What is packed in a ZIP or an OLE file says its name; the content agrees with all of them.
_PACKED = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
_TEXTS = {
    "csv": "text/csv",
    "ics": "text/calendar",
    "eml": "message/rfc822",
    "json": "application/json",
}


def content_type_of(name: str, head: bytes) -> str:
    """Return the type of a file from its first bytes; its name only tells apart what they cannot.

    HTML, SVG and scripts are text here: nothing is ever served so that a browser runs it.
    """
    for at, magic, kind in _MAGIC:
        if head[at : at + len(magic)] == magic:
            is_packed = kind in {"application/zip", "application/x-ole-storage"}
            return _PACKED.get(_extension(name), kind) if is_packed else kind
    if _is_text(head):
        return _TEXTS.get(_extension(name), "text/plain")
    return UNKNOWN


def refuse_programs(name: str, head: bytes) -> None:
    """Raise RuleViolation("file_type_refused") for a program, by its bytes or by its name."""
    is_program = head.startswith(_PROGRAMS) and not _is_old_text(head)
    if is_program or _extension(name) in set(settings.ATTACHMENT_DENIED):
        raise RuleViolation(
            "file_type_refused",
            _("“%(name)s” is a program, and programs cannot be attached.") % {"name": name},
            field="file",
        )


def _extension(name: str) -> str:
    return name.rstrip(". ").rpartition(".")[2].lower() if "." in name else ""


def _is_old_text(head: bytes) -> bool:
    """Whether what begins with the letters MZ goes on as a text does."""
    return head.startswith(b"MZ") and _is_text(head) and len(head) > 2


def _is_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as problem:
        # A character cut in two by the end of the head is no fault.
        if problem.start < len(head) - 4:
            return not any(byte < 9 or 13 < byte < 27 for byte in head)
    return True
