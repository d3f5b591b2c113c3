"""Files after they came: scanned before anybody opens them, drawn small off the request, in any storage."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from itsm.core import clock
from itsm.core.errors import RuleViolation
from itsm.settings import attachment_storage
from tests.factories import a_ticket
from tests.records.loopback import HARMFUL, bucket, clamd
from valuechain.records.actions import attach_file
from valuechain.records.actions.checking import check_due
from valuechain.records.models import Attachment, Event
from valuechain.records.serving import serve
from valuechain.records.tasks import check_files

Standing = Attachment.Standing


@pytest.fixture
def ticket(agent, requester, organisation, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return a_ticket(actor=agent, requester=requester, organisation=organisation)


@pytest.fixture
def attach(ticket, requester):
    def attach(name: str, content: bytes, **more) -> Attachment:
        return attach_file(ticket, file=ContentFile(content, name=name), name=name,
                           **{"visibility": "public", "actor": requester, "via": "html"} | more)  # fmt: skip

    return attach


def picture(width: int = 1200, height: int = 800, kind: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, kind)
    return out.getvalue()


def a_bomb() -> bytes:
    """A PNG of a few hundred bytes that claims 2,500 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack("!L", len(data)) + kind + data + struct.pack("!L", zlib.crc32(kind + data))
        )

    head = struct.pack("!LLBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def url(attachment: Attachment, name: str = "record-file") -> str:
    record = attachment.record
    return reverse(name, args=[record.resource, record.number, attachment.pk])


class TestPictures:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
    def test_a_picture_is_drawn_small_later_and_not_in_the_request(
        self, attach, client, requester, kind
    ):
        attachment = attach("shot.png", picture(kind=kind))
        client.force_login(requester)
        assert not attachment.thumbnail
        assert client.get(url(attachment, "record-file-preview")).status_code == 404

        assert check_files() == 1
        answer = client.get(url(attachment, "record-file-preview"))

        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert answer["X-Content-Type-Options"] == "nosniff"
        with Image.open(io.BytesIO(b"".join(answer))) as small:
            assert max(small.size) == 800
        assert check_due() == 0

    def test_a_picture_that_would_fill_the_memory_is_not_drawn(self, attach):
        attachment = attach("bomb.png", a_bomb())

        check_due()

        attachment.refresh_from_db()
        assert (attachment.thumbnail.name, attachment.next_look_at) == ("", None)
        with closing(serve(attachment)) as answer:
            assert answer.status_code == 200

    @pytest.mark.parametrize(
        "content", [picture()[:200], b"\x89PNG\r\n\x1a\nno", picture(1, 1, "TIFF") + b"\xff" * 9]
    )
    def test_a_broken_picture_stays_a_file(self, attach, content):
        attachment = attach("shot.png", content)

        check_due()

        attachment.refresh_from_db()
        assert attachment.next_look_at is None

    def test_what_is_no_picture_is_not_looked_at(self, attach):
        attach("list.csv", b"a,b")

        assert check_due() == 0

    def test_a_picture_that_brought_the_program_down_twice_is_left_alone(self, attach):
        attachment = attach("shot.png", picture())
        Attachment.objects.filter(pk=attachment.pk).update(looks=2)

        check_due()

        attachment.refresh_from_db()
        assert (attachment.thumbnail.name, attachment.next_look_at) == ("", None)

    def test_others_see_no_picture_of_a_note(self, attach, agent, requester, client):
        attachment = attach("shot.png", picture(), visibility="internal", actor=agent)
        check_due()
        client.force_login(requester)

        assert client.get(url(attachment, "record-file-preview")).status_code == 404


class TestScanning:
    @pytest.mark.parametrize("on_a_socket", [False, True])
    def test_a_file_is_opened_by_nobody_before_it_was_scanned(
        self, attach, settings, client, requester, tmp_path, on_a_socket
    ):
        with clamd(tmp_path / "clamd" if on_a_socket else None) as (address, seen):
            settings.CLAMD = address
            attachment = attach("plan.txt", b"All is well." * 10_000)
            client.force_login(requester)
            waiting = client.get(url(attachment))
            check_files()

        assert waiting.status_code == 409
        assert "It is being checked." in waiting.content.decode()
        assert seen == [b"All is well." * 10_000]
        attachment.refresh_from_db()
        assert attachment.standing == Standing.CLEAN
        assert b"".join(client.get(url(attachment))) == b"All is well." * 10_000

    def test_a_harmful_file_is_shown_and_never_opened(
        self, attach, settings, client, agent, requester, ticket
    ):
        with clamd() as (address, _seen):
            settings.CLAMD = address
            attachment = attach("plan.png", picture() + HARMFUL)
            check_due()

        attachment.refresh_from_db()
        assert (attachment.standing, attachment.finding) == (Standing.QUARANTINED, "Eicar-Test")
        assert not attachment.thumbnail
        event = Event.objects.get(verb="attachment.quarantined")
        assert (event.record_id, event.is_internal) == (ticket.pk, True)
        with pytest.raises(RuleViolation, match="Held back: Eicar-Test was found"):
            serve(attachment)
        client.force_login(agent)
        page = client.get(ticket.get_absolute_url()).content.decode()
        assert "plan.png" in page
        assert "Held back: Eicar-Test was found in it." in page
        assert url(attachment) not in page
        client.force_login(requester)
        refused = client.get(url(attachment))
        assert refused.status_code == 409
        assert "Nobody can open it. Ask whoever sent it" in refused.text
        assert f'href="{ticket.get_absolute_url()}">Back to {ticket.number}</a>' in refused.text
        back = client.get(ticket.get_absolute_url(), follow=True)
        assert back.status_code == 200

    def test_over_rest_it_says_so_and_is_refused(self, attach, settings, client, agent, ticket):
        with clamd() as (address, _seen):
            settings.CLAMD = address
            attachment = attach("plan.txt", HARMFUL)
            check_due()
        client.force_login(agent)
        base = f"/api/v1/tickets/{ticket.number}/attachments/"

        assert client.get(base).json()["results"][0]["standing"] == "quarantined"
        refused = client.get(f"{base}{attachment.pk}/")
        assert (refused.status_code, refused.json()["code"]) == (409, "file_held_back")

    def test_while_the_scanner_is_away_files_wait_and_are_tried_again(
        self, attach, settings, frozen
    ):
        settings.CLAMD = "tcp://127.0.0.1:9"
        attachment = attach("plan.txt", b"x")
        check_due()
        attachment.refresh_from_db()
        assert attachment.standing == Standing.WAITING
        assert "refused" in attachment.finding
        assert attachment.next_look_at > clock.now()

        frozen.shift(timedelta(minutes=1))
        with clamd() as (address, _seen):
            settings.CLAMD = address
            check_due()

        attachment.refresh_from_db()
        assert (attachment.standing, attachment.finding) == (Standing.CLEAN, "")

    def test_a_scanner_that_gives_no_verdict_lets_nothing_pass(self, attach, settings):
        with clamd(says=b"INSTREAM size limit exceeded. ERROR") as (address, _seen):
            settings.CLAMD = address
            attachment = attach("plan.txt", b"x")
            check_due()

        attachment.refresh_from_db()
        assert attachment.standing == Standing.WAITING


class TestBucket:
    @pytest.fixture
    def held(self, settings, monkeypatch):
        with bucket() as (address, held):
            for name, value in {
                "S3_BUCKET": "files", "S3_ENDPOINT": address, "S3_REGION": "eu-central-1",
                "S3_ACCESS_KEY": "key-id", "S3_SECRET_KEY": "secret", "S3_ADDRESSING": "path",
                "S3_PREFIX": "desk",
            }.items():  # fmt: skip
                monkeypatch.setenv(name, value)
            settings.STORAGES = settings.STORAGES | {"default": attachment_storage()}
            yield held

    def test_files_and_their_pictures_are_kept_in_a_bucket(self, held, attach, client, requester):
        content = picture()
        attachment = attach("shot.png", content)
        check_due()

        attachment.refresh_from_db()
        assert held[f"/files/desk/{attachment.file.name}"] == content
        assert f"/files/desk/{attachment.thumbnail.name}" in held
        client.force_login(requester)
        assert b"".join(client.get(url(attachment))) == content

    def test_a_file_whose_row_fails_leaves_the_bucket_again(self, held, attach, monkeypatch):
        def fails(*_args: object, **_more: object) -> None:
            raise RuntimeError("The database went away.")

        monkeypatch.setattr("valuechain.records.events.append", fails)

        with pytest.raises(RuntimeError):
            attach("plan.txt", b"half")

        assert held == {}
        assert not Attachment.objects.exists()

    def test_without_a_bucket_files_are_kept_in_the_data_folder(self, monkeypatch):
        monkeypatch.delenv("S3_BUCKET", raising=False)

        assert attachment_storage()["BACKEND"].endswith("FileSystemStorage")
