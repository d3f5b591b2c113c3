"""Pages of obtain & build say what is late, what is missing, and let people act on it."""

from datetime import date, timedelta

import pytest

from itsm.core import clock
from tests.factories import at_state, fresh
from tests.obtain_build.conftest import a_component
from valuechain.records.actions import link_records, perform
from valuechain.records.kinds import kinds


@pytest.fixture
def page(client):
    """Return a function that gives the page somebody sees at an address."""

    def page_of(person, url):
        client.force_login(person)
        response = client.get(url, follow=True)
        assert response.status_code == 200, response
        return response.content.decode()

    return page_of


def test_the_list_says_what_is_late_in_words(page, builder, organisation):
    late = clock.now().date() - timedelta(days=9)
    a_component(builder, organisation, title="Radar", needed_at=late)
    a_component(builder, organisation, title="Mast", needed_at=date(2099, 1, 1))

    everything = page(builder, "/components/")
    only_late = page(builder, "/components/?availability=late")

    assert "9 d late" in everything
    assert "Mast" in everything
    assert "Radar" in only_late
    assert "Mast" not in only_late


def test_a_check_is_written_and_answered(client, page, cast, builder, architect):
    component = at_state("component", "ready_for_check", cast)
    url = f"/components/{component.number}/"
    client.force_login(builder)
    client.post(f"{url}checks/", {"text": "It turns"})
    check = fresh(component).checks.get()
    client.force_login(architect)

    refused = client.post(f"{url}checks/{check.pk}/", {"passed": "yes", "evidence": ""})
    assert refused.status_code == 422
    client.post(f"{url}checks/{check.pk}/", {"passed": "yes", "evidence": "A film"})

    shown = page(architect, url)
    assert "A film" in shown
    assert fresh(component).checks.get().passed is True


def test_the_lines_of_an_order_are_kept_on_its_page(client, page, cast, admin):
    order = at_state("purchase_order", "draft", cast)
    url = f"/purchase-orders/{order.number}/"
    client.force_login(admin)

    wrong = client.post(f"{url}lines/", {"quantity": "0", "unit_price": "1"})
    assert wrong.status_code == 422
    client.post(f"{url}lines/", {"text": "Mast", "quantity": "3", "unit_price": "12.50"})
    assert "37.50" in page(admin, url)

    line = order.lines.get()
    client.post(f"{url}lines/{line.pk}/remove/")
    assert not order.lines.exists()


def test_an_order_says_what_was_promised_and_its_head_alone_leads(page, cast, admin):
    order = at_state("purchase_order", "ordered", cast)
    perform(order, "acknowledge", actor=admin, via="html", data={"promised_on": "2031-12-14"})

    shown = page(admin, f"/purchase-orders/{order.number}/")

    assert "Promised for" in shown
    assert "14 Dec 2031" in shown
    lines = shown.split('id="lines"')[1].split('id="timeline-title"')[0]
    assert "Book in what has arrived" in lines
    assert "btn-primary" not in lines


def test_a_component_names_the_requirements_nothing_is_checked_of(
    client, page, cast, builder, architect, organisation
):
    component = a_component(builder, organisation)
    url = f"/components/{component.number}/"
    assert "No check yet for:" not in page(builder, url)
    requirement = kinds["requirement"].open(
        actor=architect, via="html", title="Sees 20 km", organisation=organisation
    )
    link_records(component, requirement, "satisfies", actor=builder, via="html")
    assert f"{requirement.number}</span> Sees 20 km" in page(builder, url)

    client.post(f"{url}checks/take-over/")

    assert "No check yet for:" not in page(builder, url)
    assert fresh(component).checks.get().requirement_id == requirement.pk


def test_goods_are_booked_in_on_the_page(client, cast, admin):
    order = at_state("purchase_order", "ordered", cast)
    line = order.lines.get()
    client.force_login(admin)

    client.post(f"/purchase-orders/{order.number}/receive/", {f"line-{line.pk}": "2"})

    assert fresh(order).state == "received"


def test_a_milestone_shows_the_components_it_waits_for(page, cast, builder, organisation):
    milestone = at_state("milestone", "planned", cast)
    late = a_component(
        builder, organisation, title="Radar", needed_at=clock.now().date() - timedelta(days=3)
    )
    link_records(milestone, late, "relates_to", actor=builder, via="html")

    shown = page(builder, f"/milestones/{milestone.number}/")

    assert "Components it waits for" in shown
    assert "3 d late" in shown
    assert "3 d late" in page(builder, "/milestones/")


def test_the_plan_is_a_drawing_and_a_table(page, cast, builder, organisation, outsider):
    at_state("milestone", "on_track", cast, title="Harbour opens")
    a_component(builder, organisation, title="Radar", promised_at=date(2027, 1, 1))

    for zoom in ("weeks", "months"):
        shown = page(builder, f"/build/plan/?zoom={zoom}")
        assert "<svg" in shown
        assert shown.count("Harbour opens") >= 2
        assert shown.count("Radar") >= 2
        # The names stand before the drawing, where no line of it can cross them.
        drawing = shown.partition('class="plan-box"')[2].partition("</svg>")[0]
        assert "Radar" not in drawing
    assert "Radar" not in page(outsider, "/build/plan/")


@pytest.mark.parametrize(
    "url", ["checks/", "checks/take-over/", "checks/1/", "../../purchase-orders/PO-1/receive/"]
)
def test_outsiders_find_nothing_to_act_on(client, component, outsider, url):
    client.force_login(outsider)

    assert client.post(f"/components/{component.number}/{url}").status_code == 404
