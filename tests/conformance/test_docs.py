"""The drawings in the documentation show the machines and flows there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from valuechain.records.drawing import draw
from valuechain.records.flows import flows
from valuechain.records.kinds import kinds


def test_the_page_of_machines_is_current():
    call_command("draw_machines", check=True)


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", [kind.name for kind in kinds])
def test_every_state_and_verb_is_drawn(name):
    machine = kinds[name].machine
    drawn = draw().partition(f"\n`{name}`, numbered")[2].partition("\n### ")[0]

    assert [state.name for state in machine.states if f" as {state.name}\n" not in drawn] == []
    assert [t.name for t in machine.transitions if t.name not in drawn] == []


def test_every_flow_is_listed():
    drawn = draw()

    assert [flow.name for flow in flows if f"| `{flow.name}` |" not in drawn] == []


def test_the_page_about_security_names_tests_that_there_are():
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs" / "security.md").read_text()))

    assert len(named) >= 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
