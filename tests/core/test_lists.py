"""Lists in the API: pages, counts on request, chosen fields."""

import pytest

URL = "/api/v1/tokens/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def headers(ada, bearer):
    found = [bearer(ada) for _n in range(7)]
    return found[-1]


def test_next_leads_through_the_whole_list_and_previous_back(client, headers):
    seen, url, last = [], f"{URL}?page_size=3&ordering=created_at", None
    while url:
        last = client.get(url, headers=headers).json()
        seen += [row["prefix"] for row in last["results"]]
        url = last["next"]

    assert len(seen) == len(set(seen)) == 7
    before = client.get(last["previous"], headers=headers).json()
    assert [row["prefix"] for row in before["results"]] == seen[3:6]
    assert "count" not in last


def test_rows_are_counted_only_on_request(client, headers):
    body = client.get(f"{URL}?count=true&page_size=1", headers=headers).json()

    assert body["count"] == 7
    assert "count" not in client.get(body["next"], headers=headers).json()


def test_fields_can_be_chosen(client, headers):
    body = client.get(f"{URL}?fields=name,prefix&page_size=1", headers=headers).json()

    assert set(body["results"][0]) == {"prefix", "name"}


def test_a_list_costs_the_same_for_few_rows_and_many(
    client, ada, headers, bearer, django_assert_num_queries
):
    client.get(URL, headers=headers)
    with django_assert_num_queries(3) as few:
        client.get(URL, headers=headers)
    for _n in range(30):
        bearer(ada)

    with django_assert_num_queries(len(few)):
        client.get(URL, headers=headers)


def test_what_is_left_of_the_limit_is_on_every_answer(client, headers):
    answers = [client.get(URL, headers=headers), client.get(f"{URL}?x=y", headers=headers)]

    assert [answer.status_code for answer in answers] == [200, 400]
    for answer in answers:
        assert answer.headers["RateLimit-Policy"] == '"default";q=100000;w=60'
        assert answer.headers["RateLimit"].startswith('"default";r=')
