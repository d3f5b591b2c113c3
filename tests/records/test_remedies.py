"""A step that is refused stands where it is looked for, and leads to where it is put right."""

from __future__ import annotations

import re

import pytest

from tests.doors import browser
from tests.factories import a_person, at_state, fresh
from valuechain.records.actions import link_records

pytestmark = pytest.mark.django_db


def held(page: str, name: str) -> str:
    """Return what a step in the bar opens on while it lacks something."""
    found = re.search(
        rf'<summary class="btn" data-refused="{name}">.*?</summary>(.*?)</details>', page, re.DOTALL
    )
    assert found is not None, f"{name} is not held in the bar"
    return found[1]


def links(part: str) -> dict[str, str]:
    return {words: url for url, words in re.findall(r'<a href="([^"]+)">([^<]+)</a>', part)}


def test_fields_that_are_missing_are_filled_in_on_one_form(cast):
    project = at_state("project_initiation", "draft", cast)
    project.kind_entry.edit(
        project, {"business_case": "", "scope": ""}, actor=cast.admin, via="html"
    )
    door = browser(cast.admin)

    part = held(door.get(project.get_absolute_url()).content.decode(), "submit")
    assert "Fill in first: business case, scope." in part
    assert "business_case" not in re.sub(r'href="[^"]*"', "", part)
    url = links(part)["Fill in what is missing"].replace("&amp;", "&")
    form = door.get(url).content.decode()
    assert 'name="business_case"' in form
    assert 'name="scope"' in form
    assert 'name="title"' not in form
    saved = door.post(
        url,
        {"business_case": "It saves time.", "scope": "Pier 4", "version": fresh(project).version},
    )
    assert saved.status_code == 302, saved.content.decode()

    assert fresh(project).scope == "Pier 4"
    page = door.get(project.get_absolute_url()).content.decode()
    assert 'data-offer="submit"' in page
    assert "Fill in what is missing" not in page


def test_a_record_of_a_kind_that_is_missing_is_made_from_there(cast, organisation):
    planner = a_person("Petra", organisation, "planner")
    project = at_state("project_initiation", "approved", cast)

    part = held(browser(planner).get(project.get_absolute_url()).content.decode(), "convert")

    at = project.get_absolute_url()
    assert links(part)["Put into the portfolio"] == f"{at}hand-off/plan/"
    assert "design_spec" not in part


def test_records_that_have_to_come_first_are_a_press_away(cast):
    problem = at_state("problem", "fix_in_progress", cast)
    blocker = at_state("change", "requested", cast)
    link_records(blocker, problem, "blocks", actor=cast.admin, via="html")

    part = held(browser(cast.admin).get(problem.get_absolute_url()).content.decode(), "resolve")

    assert links(part)[blocker.number] == blocker.get_absolute_url()


def test_who_may_not_take_a_step_reads_why_and_nothing_to_fill_in(cast, organisation):
    auditor = a_person("Otto", organisation, "auditor")
    project = at_state("project_initiation", "draft", cast)

    page = browser(auditor).get(project.get_absolute_url()).content.decode()

    assert "Fill in what is missing" not in page
    assert '<summary class="btn" data-refused' not in page
