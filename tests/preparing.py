"""What has to be done before some transitions are possible at all, activity by activity.

The walker of tests/factories takes a record anywhere through its real guards; a guard that wants
something beside the record itself is met here, through the same doors a person uses.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from itsm.accounts.models import Organisation
from valuechain.obtain_build.actions import add_check, add_line, answer_check
from valuechain.obtain_build.models import PurchaseLine
from valuechain.records.actions import edit_record, link_records, perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind, Via

#: What engage's kinds are opened with beyond a title and a requester.
ENGAGE_FILLED: dict[str, dict[str, Any]] = {
    "need": {"description": "We cannot see which berth is free before the ship calls."},
    "interaction": {"attendees": "The harbour master"},
    "supplier_request": {"description": "When does the radar arrive?"},
}


def decide_need(record: Record, cast: Any) -> None:
    """Answer the three questions that come before a need is qualified."""
    for name, data in (
        ("classify", {"classification": "required", "reason": "The port authority demands it."}),
        ("justify", {"reason": "Ships wait two hours a day.", "evidence": "Log of March"}),
        ("assess", {"fulfilability": "as_desired", "reason": "The radar can do it."}),
    ):
        perform(record, name, actor=cast.admin, via=Via.HTML, data=data)
    if record.owner_id is None:
        perform(
            record, "assign_liaison", actor=cast.admin, via=Via.HTML,
            data={"owner": cast.agent.email},
        )  # fmt: skip


def give_need_a_target(record: Record, cast: Any) -> Record:
    """Link something that carries the need on."""
    change = kinds["change"].open(
        actor=cast.agent, via=Via.HTML, title="Show the free berths", requester=cast.requester,
        organisation=record.organisation,
    )  # fmt: skip
    link_records(change, record, LinkKind.DERIVED_FROM, actor=cast.agent, via=Via.HTML)
    return change


def give_need_a_begun_target(record: Record, cast: Any) -> None:
    """Link something that somebody works on already."""
    change = kinds["change"].open(
        actor=cast.agent, via=Via.HTML, title="Show the free berths", requester=cast.requester,
        organisation=record.organisation,
    )  # fmt: skip
    for name in ("request", "assess"):
        perform(change, name, actor=cast.agent, via=Via.HTML)
    link_records(change, record, LinkKind.DERIVED_FROM, actor=cast.agent, via=Via.HTML)


def finish_the_targets(record: Record, cast: Any) -> None:
    """Drop what is still open, and link something that is done."""
    for link in record.links_in.filter(source__kind="change", kind=LinkKind.DERIVED_FROM):
        change = link.source.specific
        perform(change, "cancel", actor=cast.admin, via=Via.HTML, data={"reason": "Not this way."})
    done = finished_request(record, cast)
    link_records(done, record, LinkKind.DERIVED_FROM, actor=cast.agent, via=Via.HTML)


def finished_request(record: Record, cast: Any) -> Record:
    """Open a service request where the record belongs, and fulfil it."""
    done = kinds["service_request"].open(
        actor=cast.agent, via=Via.HTML, title="A chart of the berths", requester=cast.requester,
        organisation=record.organisation,
    )  # fmt: skip
    for name, data in (("accept", {}), ("start", {}), ("fulfil", {"resolution": "Here it is."})):
        perform(done, name, actor=cast.agent, via=Via.HTML, data=data)
    return done


def name_supplier(record: Record, cast: Any) -> None:
    """Say which supplier is asked."""
    vendor, _new = Organisation.objects.get_or_create(
        name="Radar works", defaults={"kind": Organisation.Kind.SUPPLIER}
    )
    edit_record(record, {"supplier": vendor}, actor=cast.admin, via=Via.HTML)


def say_it_is_their_notice(record: Record, cast: Any) -> None:
    """The supplier let us know."""
    edit_record(record, {"subject": "notice"}, actor=cast.admin, via=Via.HTML)


#: What improve's kinds are opened with beyond a title and a requester.
IMPROVE_FILLED: dict[str, dict[str, Any]] = {
    "improvement": {"measure": "Hours lost", "baseline": Decimal(3), "target": Decimal(2)},
    "benefit": {"measure": "Hours won", "check_on": date(2026, 12, 24)},
}


def do_something_about_it(record: Record, cast: Any) -> None:
    """Finish a piece of work that came from the record."""
    done = finished_request(record, cast)
    link_records(done, record, LinkKind.DERIVED_FROM, actor=cast.admin, via=Via.HTML)


def a_need_to_benefit_from(cast: Any) -> dict[str, Any]:
    """State the need that the benefit is expected of."""
    return {
        "about": kinds["need"].open(
            actor=cast.admin, via=Via.HTML, title="See the free berths", requester=cast.requester,
            organisation=cast.organisation,
        )
    }  # fmt: skip


ENGAGE = {
    ("need", "qualify"): decide_need,
    ("need", "route"): give_need_a_target,
    ("need", "begin_fulfilment"): give_need_a_begun_target,
    ("need", "fulfil"): finish_the_targets,
    ("supplier_request", "send"): name_supplier,
    ("supplier_request", "note"): say_it_is_their_notice,
}

IMPROVE = {
    ("improvement", "measure"): do_something_about_it,
    ("feedback", "route"): do_something_about_it,
}
IMPROVE_NEEDED = {"benefit": a_need_to_benefit_from}


#: What obtain & build's kinds are opened with beyond a title and a requester.
BUILD_FILLED: dict[str, dict[str, Any]] = {
    "component": {"needed_at": date(2027, 3, 1), "needed_location": "Pier 4"},
    "milestone": {"baseline": date(2027, 4, 1)},
}


def ask_to_pass_the_gate(record: Record, cast: Any) -> None:
    """Ask for a bypass of the gate, for want of a specification."""
    perform(record, "ask_bypass", actor=cast.admin, via=Via.HTML, data={"reason": "A ship waits."})


def pass_the_gate(record: Record, cast: Any) -> None:
    """Let a component pass the gate by the word of two people."""
    component: Any = record.specific
    if component.is_bypassed or component.kind_entry.assure("buildable", component):
        return
    ask_to_pass_the_gate(component, cast)
    bypass = component.kind_entry.machine.transition("bypass_gate")
    asked = component.kind_entry.model._default_manager.get(pk=component.pk)
    second = next(who for who in cast.staff if bypass.may(who, asked))
    perform(component, "bypass_gate", actor=second, via=Via.HTML)


def pass_the_gate_for_work(record: Record, cast: Any) -> None:
    """Let the component that work is for pass the gate."""
    order: Any = record
    pass_the_gate(order.component, cast)


def pass_the_checks(record: Record, cast: Any) -> None:
    """Write down what it has to show, and that it does."""
    check = add_check(record, text="It turns.", actor=cast.admin, via=Via.HTML)
    answer_check(check, passed=True, evidence="Seen.", actor=cast.admin, via=Via.HTML)


def put_in_place(record: Record, cast: Any) -> None:
    """Bring a component to where it is needed."""
    component: Any = record
    where = {"actual_location": component.needed_location}
    perform(record, "place", actor=cast.admin, via=Via.HTML, data=where)


def a_component_to_work_on(cast: Any) -> dict[str, Any]:
    """Write down the component that the work is for."""
    return {
        "component": kinds["component"].open(
            actor=cast.admin, via=Via.HTML, title="Radar", organisation=cast.organisation,
            **BUILD_FILLED["component"],
        )
    }  # fmt: skip


def a_supplier(_cast: Any) -> dict[str, Any]:
    """Name somebody to buy from."""
    vendor, _new = Organisation.objects.get_or_create(
        name="Radar works", kind=Organisation.Kind.SUPPLIER
    )
    return {"supplier": vendor}


def order_something(record: Record, cast: Any) -> None:
    """Add a line that costs nothing, so that no budget is needed."""
    if not PurchaseLine.objects.filter(order_id=record.pk).exists():
        add_line(record, text="Sample", quantity=2, unit_price=Decimal(0), actor=cast.admin,
                 via=Via.HTML)  # fmt: skip


def let_some_arrive(record: Record, _cast: Any) -> None:
    """Book in one of two."""
    PurchaseLine.objects.filter(order_id=record.pk).update(received=1)


BUILD = {
    ("component", "source"): pass_the_gate,
    ("component", "bypass_gate"): ask_to_pass_the_gate,
    ("component", "refuse_bypass"): ask_to_pass_the_gate,
    ("component", "accept"): pass_the_checks,
    ("component", "make_available"): put_in_place,
    ("work_order", "start"): pass_the_gate_for_work,
    ("purchase_order", "submit"): order_something,
    ("purchase_order", "receive_part"): let_some_arrive,
}
BUILD_NEEDED = {"work_order": a_component_to_work_on, "purchase_order": a_supplier}
