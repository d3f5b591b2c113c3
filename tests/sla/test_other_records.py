"""Clocks run on any record: the triage of a need, an approval, what a supplier owes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.core.clock import now
from sla.checking import differences
from sla.models import Clock
from sla.sweeping import sweep
from tests.conftest import MONDAY
from tests.factories import at_state, fresh, opened, take, walk
from tests.sla.promises import HOUR, an_agreement, the_clock
from valuechain.records import events
from valuechain.records.actions import edit_record, perform

pytestmark = pytest.mark.django_db


def for_kind(name, metric, **terms):
    terms.setdefault("kind", "ola")
    return an_agreement(
        conditions={"kinds": [name]}, targets={"any": {metric: 4 * HOUR}}, **terms
    )  # fmt: skip


def test_the_triage_of_a_need_is_timed_to_its_decision(frozen, cast):
    for_kind("need", "approval")
    need = walk(opened("need", cast), "in_triage", cast)
    assert the_clock(need, "approval").state == "running"

    frozen.shift(timedelta(hours=1))
    need = walk(need, "qualified", cast)

    done = the_clock(need, "approval")
    assert (done.state, done.finished_at) == ("met", MONDAY + timedelta(hours=1))
    assert list(differences()) == []


def test_a_need_turned_down_was_decided_too_and_waiting_for_its_words_pauses(frozen, cast):
    for_kind("need", "approval", pausable=["approval"])
    need = walk(opened("need", cast), "needs_information", cast)
    assert the_clock(need, "approval").state == "paused"
    frozen.shift(timedelta(days=2))
    need = take(need, "resume", cast)
    assert the_clock(need, "approval").due_at == MONDAY + timedelta(days=2, hours=4)

    need = walk(need, "not_justified", cast)

    assert the_clock(need, "approval").state == "met"


def test_an_appeal_is_owed_a_decision_of_its_own(frozen, cast):
    for_kind("need", "approval")
    need = walk(opened("need", cast), "not_justified", cast)
    assert the_clock(need, "approval").state == "met"
    frozen.shift(timedelta(days=2))

    need = take(need, "appeal", cast)

    second = the_clock(need, "approval", cycle=2)
    assert (second.state, second.due_at) == ("running", MONDAY + timedelta(days=2, hours=4))
    assert the_clock(need, "approval", cycle=1).state == "met"
    frozen.shift(timedelta(hours=5))
    walk(need, "qualified", cast)
    assert the_clock(need, "approval", cycle=2).state == "breached"
    assert list(differences()) == []


def test_a_need_nobody_triages_breaches(frozen, cast):
    for_kind("need", "approval")
    need = opened("need", cast)
    frozen.shift(timedelta(hours=5))

    assert sweep().fired == 1
    assert the_clock(need, "approval").breached_at == MONDAY + timedelta(hours=4)


def verdict(record, verb, cast):
    """What the engine of approvals writes on a record that is put up, decided or withdrawn."""
    events.append(fresh(record), verb, actor=cast.admin, via="html", at=now(), data={})


def test_a_decision_is_owed_from_the_request_on_and_each_request_is_a_cycle(frozen, cast):
    for_kind("change", "approval")
    change = opened("change", cast)
    assert not Clock.objects.exists()

    frozen.shift(timedelta(hours=1))
    verdict(change, "approval.requested", cast)
    assert the_clock(change, "approval").due_at == MONDAY + timedelta(hours=5)
    verdict(change, "approval.withdrawn", cast)
    assert the_clock(change, "approval").state == "cancelled"
    frozen.shift(timedelta(hours=1))
    verdict(change, "approval.requested", cast)
    frozen.shift(timedelta(hours=5))
    verdict(change, "approval.decided", cast)

    second = the_clock(change, "approval", cycle=2)
    assert (second.state, second.breached_at) == ("breached", MONDAY + timedelta(hours=6))
    assert list(differences()) == []


def test_a_record_given_up_while_it_waits_for_a_decision_has_none(frozen, cast):
    for_kind("change", "approval")
    change = opened("change", cast)
    verdict(change, "approval.requested", cast)

    perform(fresh(change), "cancel", actor=cast.admin, via="html", data={"reason": "No need."})

    assert the_clock(change, "approval").state == "cancelled"


def test_what_a_supplier_owes_waits_while_the_supplier_waits_for_us(frozen, cast):
    for_kind("supplier_request", "supplier", kind="uc", pausable=["supplier"])
    asked = at_state("supplier_request", "waiting_us", cast)
    assert the_clock(asked, "supplier").state == "paused"

    frozen.shift(timedelta(days=1))
    answered = walk(asked, "answered", cast)

    done = the_clock(answered, "supplier")
    assert (done.agreement_kind, done.state) == ("uc", "met")
    assert list(differences()) == []


def test_a_supplier_owes_nothing_before_they_were_asked(frozen, cast):
    for_kind("supplier_request", "supplier", kind="uc")
    asked = opened("supplier_request", cast)
    frozen.shift(timedelta(days=3))
    assert not Clock.objects.exists()

    asked = walk(asked, "sent", cast)

    assert the_clock(asked, "supplier").due_at == MONDAY + timedelta(days=3, hours=4)
    assert list(differences()) == []


def test_what_is_promised_after_a_supplier_was_asked_counts_from_the_asking(frozen, cast):
    asked = opened("supplier_request", cast)
    frozen.shift(timedelta(hours=1))
    asked = walk(asked, "sent", cast)
    frozen.shift(timedelta(hours=1))
    for_kind("supplier_request", "supplier", kind="uc")

    edit_record(fresh(asked), {"team": None}, actor=cast.admin, via="html")

    assert the_clock(asked, "supplier").due_at == MONDAY + timedelta(hours=5)
    assert list(differences()) == []
