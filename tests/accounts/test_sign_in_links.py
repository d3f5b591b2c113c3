"""Signing in with a link by mail: the same words for everybody, once, for a while, and a code still asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.accounts import second_step
from itsm.accounts.models import SignInLink, SignInRules, User
from itsm.accounts.sign_in_links import LIFETIME, make_link
from itsm.accounts.tasks import (
    FOR_ONE_ADDRESS,
    send_invitation,
    send_password_link,
    send_sign_in_link,
)
from itsm.branding.models import Brand
from itsm.branding.reading import forget
from itsm.core import clock
from tests.doors import browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_counted")]
ASK = "/login/link/"


@pytest.fixture
def house():
    """A house with a name of its own."""
    Brand.objects.create(name="Northwind Desk")
    forget()
    yield "Northwind Desk"
    forget()


def link_in(mail, settings):
    return mail.body.split(settings.SITE_URL)[1].split()[0]


def only(who):
    SignInRules.objects.update_or_create(pk=1, defaults={"by_mail": who})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_known_and_unknown_addresses_are_answered_alike_and_looked_up_elsewhere(
    client, ada, django_assert_max_num_queries
):
    client.get(ASK)
    answers = []
    for address in ("Ada@northwind.example", "nobody@northwind.example"):
        with django_assert_max_num_queries(3) as seen:
            answers.append(client.post(ASK, {"email": address}))
        assert not [one for one in seen.captured_queries if "accounts_user" in one["sql"]]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert "If we know this address" in answers[0].content.decode()


def test_the_link_signs_in_on_a_press_and_leads_where_they_wanted(
    client, ada, mailoutbox, settings
):
    assert send_sign_in_link(ada.email, "/tickets/")
    link = link_in(mailoutbox[0], settings)

    for _visit in range(2):
        visited = client.get(link)
        assert "You sign in as Ada Agent." in visited.content.decode()
        assert not is_signed_in(client)
    before = client.session.session_key
    pressed = client.post(link)

    assert pressed.url == "/tickets/"
    assert is_signed_in(client)
    assert client.session.session_key != before


def test_it_works_once(client, ada):
    path = f"/login/link/{make_link(ada)}/"
    client.post(path)
    again = browser(None)

    assert again.post(path).status_code == 410
    assert "This link no longer works" in again.get(path).content.decode()
    assert not is_signed_in(again)


def test_only_the_newest_works_and_only_for_a_while(client, ada, frozen):
    old = make_link(ada)
    new = make_link(ada)
    assert client.post(f"/login/link/{old}/").status_code == 410

    frozen.shift(LIFETIME + timedelta(seconds=1))

    assert client.post(f"/login/link/{new}/").status_code == 410
    assert not is_signed_in(client)


def test_a_link_ends_with_the_password_and_with_the_person(client, ada):
    link = make_link(ada)
    ada.set_password("another-long-secret")
    ada.save()
    assert client.post(f"/login/link/{link}/").status_code == 410

    link = make_link(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert client.post(f"/login/link/{link}/").status_code == 410
    assert not is_signed_in(client)


def test_a_second_step_is_asked_for_as_ever(client, ada):
    then = clock.now() - timedelta(minutes=5)
    held = second_step.begin(ada)
    second_step.confirm(ada, second_step.code_at(held.secret, then), now=then)
    ada.refresh_from_db()

    pressed = client.post(f"/login/link/{make_link(ada, '/tickets/')}/")

    assert pressed.url == "/login/code/"
    assert not is_signed_in(client)
    code = second_step.code_at(held.secret, clock.now())
    assert client.post("/login/code/", {"code": code}).url == "/tickets/"
    assert is_signed_in(client)


def test_a_link_for_another_person_ends_the_session_that_is_there(client, ada, bob):
    client.force_login(bob)
    client.post(f"/login/link/{make_link(ada)}/")

    assert client.session["_auth_user_id"] == str(ada.pk)


def test_nobody_is_sent_more_than_some_and_no_place_asks_for_ever(client, ada, mailoutbox):
    sent = [send_sign_in_link(ada.email) for _n in range(FOR_ONE_ADDRESS.limit + 2)]
    assert sent.count(True) == FOR_ONE_ADDRESS.limit == len(mailoutbox)

    answers = [client.post(ASK, {"email": f"{n}@northwind.example"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_token_is_kept_as_a_hash(ada):
    token = make_link(ada)
    assert token not in str(list(SignInLink.objects.values_list()))


def test_it_leads_to_no_other_house(client, ada, monkeypatch):
    handed = []
    monkeypatch.setattr(send_sign_in_link, "delay", lambda *given: handed.append(given))
    for said in ("https://elsewhere.example/", "//elsewhere.example/", "/portal/"):
        client.post(ASK, {"email": ada.email, "next": said})

    assert [following for _email, following in handed] == ["", "", "/portal/"]


def test_the_house_may_have_it_for_requesters_or_for_nobody(client, ada, bob, mailoutbox):
    only("requesters")
    assert not send_sign_in_link(ada.email)
    assert send_sign_in_link(bob.email)
    assert ASK in client.get("/login/").content.decode()

    link = make_link(bob)
    only("nobody")
    assert not send_sign_in_link(bob.email)
    assert client.post(f"/login/link/{link}/").status_code == 410
    assert client.get(ASK).status_code == 404
    assert ASK not in client.get("/login/").content.decode()
    assert len(mailoutbox) == 1


def test_an_administrator_sees_and_changes_it(admin):
    page = browser(admin)
    shown = page.get("/admin/sign-in/").content.decode()
    assert "Everybody with an address" in shown
    assert "MFA_REQUIRED_FOR_STAFF" in shown

    assert page.post("/admin/sign-in/", {"by_mail": "nobody"}).status_code == 302
    assert SignInRules.objects.get().by_mail == "nobody"
    assert page.post("/admin/sign-in/", {"by_mail": "whoever"}).status_code == 422


def test_mails_about_ones_account_bear_the_name_of_the_house(ada, house, mailoutbox):
    send_sign_in_link(ada.email)
    send_password_link(ada.email)
    send_invitation(ada.pk)

    assert [mail.subject for mail in mailoutbox] == [
        f"Your link to sign in · {house}",
        f"Set your password · {house}",
        f"Your account is ready · {house}",
    ]
    for mail in mailoutbox:
        for text in (mail.body, mail.alternatives[0][0]):
            assert house in text
            assert "Throughline" not in text


def test_an_invitation_is_sent_from_the_persons_page(
    admin, requester, mailoutbox, settings, client
):
    User.objects.filter(pk=requester.pk).update(email="rita@harbour.example")
    page = browser(admin)
    page.post(f"/admin/people/{requester.pk}/", {"do": "invite"})
    send_invitation(requester.pk)

    (mail,) = mailoutbox
    assert mail.to == ["rita@harbour.example"]
    asked = client.get(link_in(mail, settings), follow=True)
    given = {"new_password1": "the-harbour-at-night", "new_password2": "the-harbour-at-night"}
    client.post(asked.redirect_chain[-1][0], given)
    assert User.objects.get(pk=requester.pk).check_password("the-harbour-at-night")


def test_the_page_of_a_fault_bears_the_name_of_the_house_and_asks_no_database(
    house, django_assert_num_queries
):
    from django.test import RequestFactory

    from itsm.branding.reading import look
    from itsm.core.rest.problems import server_error

    look()
    with django_assert_num_queries(0):
        page = server_error(RequestFactory().get("/")).content.decode()
    assert house in page
    assert "Throughline" not in page
