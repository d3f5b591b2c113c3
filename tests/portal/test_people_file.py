"""People from a file: each line is told before it is done, and what is refused says why."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from itsm.accounts.models import Organisation, User
from tests.doors import browser

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/people/file/"
HEAD = "name,email,phone,organisation\n"


@pytest.fixture
def page(cast):
    return browser(cast.admin)


def sent(page, text, encoding="utf-8"):
    file = SimpleUploadedFile("people.csv", text.encode(encoding))
    return page.post(ADDRESS, {"do": "try", "file": file})


def test_a_file_is_shown_line_by_line_and_writes_nothing_before_that(page, cast, organisation):
    Organisation.objects.create(name="Gone", kind="internal", is_active=False)
    known = cast.requester
    text = (
        f"{HEAD}Nora New,nora@h.example,12,harbour\n"
        f"{known.name},{known.email.upper()},77,Harbour\n"
        ",nobody@h.example,,Harbour\nOtto,otto,,Harbour\nPia,,,Gone\nNora Again,NORA@h.example,,Harbour\n"
    )
    before = User.objects.count()

    answer = sent(page, text)

    assert answer.status_code == 200
    said = {
        row["line"].number: (row["line"].outcome, row["words"]) for row in answer.context["rows"]
    }
    assert said == {
        2: ("new", ""),
        3: ("changed", "phone"),
        4: ("refused", "It has no name."),
        5: ("refused", "“otto” is not an e-mail address."),
        6: ("refused", "There is no organisation “Gone”."),
        7: ("refused", "A line before says the same address or employee number."),
    }
    assert "Bring in 2 people" in answer.content.decode()
    assert User.objects.count() == before

    done = page.post(ADDRESS, {"do": "bring", "table": text}, follow=True)

    assert "Added: 1. Changed: 1." in done.content.decode()
    assert User.objects.get(email="nora@h.example").organisation == organisation
    known.refresh_from_db()
    assert known.phone == "77"
    again = sent(page, text)
    assert {row["line"].outcome for row in again.context["rows"]} == {"same", "refused"}
    assert "Bring in" not in again.content.decode()


def test_people_without_an_address_are_known_by_their_number(page, organisation):
    User.objects.create(name="Nils", employee_number="7", organisation=organisation)

    table = "Name;Employee number;Organisation\nNils Holm;7;Harbour\n"
    page.post(ADDRESS, {"do": "bring", "table": table})

    assert User.objects.get(employee_number="7").name == "Nils Holm"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,shoe_size\nA,1\n", "There is no column “shoe_size”."),
        ("name,email\nA,\n", "The first line has to name: organisation."),
        ("", "empty"),
        (HEAD + "A,,,Harbour\n" * 2001, "A file holds at most 2000 people."),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_reason(page, text, reason):
    answer = sent(page, text)

    assert answer.status_code == 422
    assert reason in answer.content.decode()


def test_what_a_spreadsheet_writes_on_windows_is_read(page, organisation):
    shown = sent(page, "Name;E-Mail;Telefon;Firma\nJürgen;j@h.example;12;Harbour\n", "cp1252")

    (row,) = shown.context["rows"]
    assert row["line"].outcome == "new"
    assert (row["line"].said["name"], row["line"].said["phone"]) == ("Jürgen", "12")
    assert row["line"].said["organisation"] == organisation


def test_a_file_that_is_no_text_is_refused_with_the_way_out(page):
    answer = sent(page, f"{HEAD}Jürgen,,,Harbour\n", "utf-16")

    assert answer.status_code == 422
    assert "Save the file as CSV, in UTF-8." in answer.content.decode()


def test_only_administrators_bring_people_in(cast):
    for person in (cast.agent, cast.requester):
        assert browser(person).post(ADDRESS, {"do": "bring", "table": HEAD}).status_code in (
            302,
            404,
        )
    assert not User.objects.filter(email="nora@h.example").exists()
