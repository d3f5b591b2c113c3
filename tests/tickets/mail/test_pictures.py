"""A picture within a mail is shown where it stood, to whoever may open it."""

from __future__ import annotations

import io
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from django.urls import reverse
from PIL import Image

from tests.tickets.mail.letters import a_letter, answer
from tickets.mail.intake import receive
from valuechain.records.actions.checking import check_due
from valuechain.records.models import Attachment

pytestmark = pytest.mark.django_db


def illustrated(mail: EmailMessage, words: str) -> bytes:
    """Say the same in HTML, with a picture between two of its words."""
    shown = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(shown, "PNG")
    first, last = words.split()
    mail.add_alternative(f'<p>{first} <img src="cid:shot@here"> {last}</p>', subtype="html")
    mail.get_payload()[1].add_related(
        shown.getvalue(), "image", "png", cid="<shot@here>", filename="shot.png"
    )
    return mail.as_bytes()


def drawing(record) -> str:
    file = Attachment.objects.get(record=record)
    shown = reverse("record-file-preview", args=[record.resource, record.number, file.pk])
    return f'<img src="{shown}" alt="shot.png" loading="lazy"></a>'


@pytest.mark.usefixtures("mailbox")
class TestAPictureWithinAMail:
    def test_it_is_a_link_until_it_is_drawn_and_then_stands_where_it_stood(
        self, client, agent, requester
    ):
        ticket = receive(illustrated(a_letter("Before after"), "Before after")).record
        client.force_login(agent)
        assert ">[shot.png]</a> after" in client.get(ticket.get_absolute_url()).text

        check_due()

        assert f"{drawing(ticket)} after" in client.get(ticket.get_absolute_url()).text
        client.force_login(requester)
        page = client.get(reverse("portal-request", args=[ticket.number])).text
        assert f"{drawing(ticket)} after" in page

    def test_one_in_an_answer_stands_in_the_message_and_not_a_second_time_below_it(
        self, client, agent, requester
    ):
        first = a_letter("It is broken.")
        ticket = receive(first.as_bytes()).record
        reply = message_from_bytes(answer(first.as_bytes(), "Look here"), policy=default)
        receive(illustrated(reply, "Look here"))
        check_due()

        client.force_login(agent)
        assert f"{drawing(ticket)} here" in client.get(ticket.get_absolute_url()).text
        client.force_login(requester)
        page = client.get(reverse("portal-request", args=[ticket.number])).text
        assert f"{drawing(ticket)} here" in page
        assert page.count('alt="shot.png"') == 1
        assert "file-preview" not in page
