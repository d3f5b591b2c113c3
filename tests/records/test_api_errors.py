"""What REST answers to what does not fit: one shape, a sentence, nothing changed, never a 5xx."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.doors import Machine, browser, is_problem
from tests.factories import a_ticket, fresh
from valuechain.records.models import Record


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


@pytest.fixture
def api(agent):
    return Machine(agent)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "line 1"),
        (b"[]", "object"),
        (b'"text"', "object"),
        (b"[{}]", "object"),
        (b'{"title": "a\\u0000b"}', "NUL"),
        (b'{"title": "\xff"}', "UTF-8"),
        (b'{"title": "a", "title": "b"}', "twice"),
        (b'{"impact": NaN}', "NaN"),
    ],
)
def test_a_body_that_is_not_one_object_is_refused_with_the_place(api, body, words):
    answer = api.post("tickets/", body)

    assert words in is_problem(answer, 400)["detail"]
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": ["a"]}, "title"),
        ({"title": {"a": 1}}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"impact": 99}, "impact"),
        ({"impact": 10**30}, "impact"),
        ({"impact": "everyone"}, "impact"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"requester": "nobody@example.org"}, "requester"),
        ({"requester": 10**17}, "requester"),
        ({"team": "No such team"}, "team"),
        ({"service": "SVC-999999"}, "service"),
        ({"organisation": -1}, "organisation"),
        ({"colour": "red"}, "colour"),
        ({"state": "closed"}, "state"),
        ({"number": "INC-1"}, "number"),
        ({"version": 3}, "version"),
    ],
)
def test_a_value_that_does_not_fit_is_named(api, value, field):
    answer = api.post("tickets/", {"kind": "incident", "title": "T"} | value)

    errors = is_problem(answer, 400, "not_understood")["errors"]
    assert [error["field"].split(".")[0] for error in errors] == [field]
    assert errors[0]["message"].strip()


def test_a_kind_that_does_not_exist_is_answered_with_those_that_do(api):
    body = is_problem(api.post("tickets/", {"kind": "wish", "title": "T"}), 400)

    assert "service-request" in body["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_is_not_there_is_a_problem_too(api, method):
    is_problem(api.call(method, "tickets/", {}), 405)


def test_another_content_type_is_refused(api, ticket):
    is_problem(
        api.post("tickets/", b"title=x", Content_Type="application/x-www-form-urlencoded"), 415
    )
    is_problem(api.get("tickets/", Accept="text/csv"), 406)


class TestUnseen:
    """What the caller may not see is answered like what is not there, to the header."""

    SUBS = ("", "transitions/", "comments/", "attachments/", "attachments/1/", "links/", "events/",
            "chain/", "hand-off/", "time-entries/")  # fmt: skip

    @pytest.mark.parametrize("sub", SUBS)
    def test_reading(self, ticket, outsider, sub):
        stranger = Machine(outsider)

        unseen = stranger.get(f"tickets/{ticket.number}/{sub}")
        absent = stranger.get(f"tickets/INC-999999/{sub}")

        assert self.told(unseen) == self.told(absent)
        is_problem(unseen, 404, "not_found")

    @pytest.mark.parametrize(
        ("sub", "body"),
        [
            ("transitions/", {"transition": "start"}),
            ("comments/", {"body": "x"}),
            ("links/", {"kind": "relates_to", "target": "INC-1"}),
            ("hand-off/", {"flow": "x"}),
            ("time-entries/", {"seconds": 60}),
            ("split/", {"title": "x", "comments": [1]}),
        ],
    )
    def test_writing(self, ticket, outsider, sub, body):
        stranger = Machine(outsider)

        unseen = stranger.post(f"tickets/{ticket.number}/{sub}", body)
        absent = stranger.post(f"tickets/INC-999999/{sub}", body)

        assert self.told(unseen) == self.told(absent)
        assert unseen.status_code in (400, 404)
        assert fresh(ticket).version == ticket.version

    def test_editing(self, ticket, outsider):
        stranger = Machine(outsider)

        unseen = stranger.patch(f"tickets/{ticket.number}/", {"title": "x"}, If_Match='"v1"')
        absent = stranger.patch("tickets/INC-999999/", {"title": "x"}, If_Match='"v1"')

        assert self.told(unseen) == self.told(absent)
        is_problem(unseen, 404)

    @staticmethod
    def told(answer):
        own = {"X-Request-ID", "Server-Timing", "RateLimit"}
        body = {k: v for k, v in answer.json().items() if k != "request_id"}
        return answer.status_code, body, {k: v for k, v in answer.headers.items() if k not in own}


def test_a_ticket_named_in_small_letters_is_found(api, ticket):
    assert api.get(f"tickets/{ticket.number.lower()}/").status_code == 200


def test_a_session_needs_the_csrf_token_to_write(agent, ticket):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)

    answer = strict.post(f"/api/v1/tickets/{ticket.number}/comments/", {"body": "x"},
                         content_type="application/json")  # fmt: skip

    is_problem(answer, 403, "csrf_failed")
    assert browser(agent).get(f"/api/v1/tickets/{ticket.number}/").status_code == 200


class TestFiles:
    def test_a_file_comes_back_as_a_download_and_nothing_else(self, api, ticket):
        sent = SimpleUploadedFile('<b>".html', b"<script>1</script>", "text/html")

        made = api.upload(f"tickets/{ticket.number}/attachments/", sent, visibility="public")

        assert made.status_code == 201, made.content
        assert made.json()["size"] == 18
        got = api.get(f"tickets/{ticket.number}/attachments/{made.json()['id']}/")
        assert got.getvalue() == b"<script>1</script>"
        assert got.headers["Content-Type"] == "application/octet-stream"
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got.headers["Content-Security-Policy"]

    @pytest.mark.parametrize(
        ("content", "code"), [(b"", "file_empty"), (b"x" * 101, "file_too_large")]
    )
    def test_a_file_that_does_not_fit_leaves_nothing(self, api, ticket, settings, content, code):
        settings.ATTACHMENT_MAX_BYTES = 100

        answer = api.upload(
            f"tickets/{ticket.number}/attachments/", SimpleUploadedFile("a.txt", content)
        )

        body = is_problem(answer, 409, code)
        assert body["errors"][0]["field"] == "file"
        assert not ticket.attachments.exists()

    def test_without_a_file_the_field_is_named(self, api, ticket):
        answer = api.client.post(f"/api/v1/tickets/{ticket.number}/attachments/", {"visibility": "public"},
                                 headers={"Authorization": f"Bearer {api.written}"})  # fmt: skip

        assert is_problem(answer, 400)["errors"][0]["field"] == "file"

    def test_an_internal_file_does_not_exist_for_the_requester(self, api, ticket, requester):
        made = api.upload(f"tickets/{ticket.number}/attachments/", SimpleUploadedFile("a", b"x"))

        theirs = Machine(requester)
        assert theirs.get(f"tickets/{ticket.number}/attachments/").json()["results"] == []
        is_problem(theirs.get(f"tickets/{ticket.number}/attachments/{made.json()['id']}/"), 404)
