"""What the sample company builds, puts live and supports: components, releases, services, articles."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from itsm.core import clock
from itsm.portal.sample import company
from itsm.portal.sample.design import Planning
from itsm.portal.sample.telling import Teller
from tickets.ordering import order
from valuechain.deliver_support.actions import add_step, save_freeze, set_questions
from valuechain.deliver_support.models import ServiceOffering
from valuechain.obtain_build.actions import add_check, add_line, answer_check
from valuechain.records.actions import accept_handover, add_comment
from valuechain.records.models import Handover, Record
from valuechain.records.vocabulary import LinkKind, Via, Visibility

#: Title, what it is for, criticality, who uses it, what is promised.
SERVICES = (
    ("Patient record", "Findings, orders and letters of every patient.", "vital",
     "All clinics, the laboratory, Lakeside and Tarn Valley",
     "Around the clock; back within one hour."),
    ("E-mail and calendar", "Mail, calendars and shared mailboxes.", "important",
     "Everybody with an account", "On working days from 7 to 19; back within four hours."),
    ("Network and Wi-Fi", "Cable and Wi-Fi at every site.", "vital", "Every site",
     "Around the clock; back within one hour."),
    ("Telephony", "Desk phones, ward phones and the switchboard.", "important", "Every site",
     "Around the clock; back within two hours."),
    ("Workplace", "Computers, printers and what is installed on them.", "useful",
     "Everybody with a desk", "On working days from 7 to 19; back within a day."),
)  # fmt: skip


def tell(teller: Teller) -> None:
    """Play everything, in the order in which it happened."""
    play = Planning(teller)
    _catalogue(play, teller.services)
    _orders(play)
    _articles(play, teller.services)
    _release(play, teller.services)
    _components(play)
    _freeze(play)


def provide(teller: Teller) -> None:
    """Make the services that everything after them is about."""
    play = Planning(teller)
    made = teller.services
    for title, what, criticality, consumers, agreements in SERVICES:
        service = play.open(
            "service", 300, "owner", title=title, description=what, criticality=criticality,
            consumers=consumers, agreements=agreements,
            organisation=play.teller.organisations[company.ROOT],
            owner=play.teller.people["owner"], team=play.teller.teams[company.DESK],
        )  # fmt: skip
        made[title] = play.step(service, 299, "owner", "adopt")
    made["Telephony"] = play.step(
        made["Telephony"], 0.1, "agent", "degrade", health="degraded",
        health_note="Calls from outside to Clinic South drop after a minute.",
    )  # fmt: skip


def _catalogue(play: Planning, services: dict[str, Record]) -> None:
    items = (
        ("Laptop", "laptop", "A laptop with everything you work with, brought to your desk.",
         "Workplace", "980.00", [
            {"name": "size", "label": "Which size?", "kind": "choice",
             "choices": ["14 inches", "16 inches"]},
            {"name": "needed_on", "label": "When do you need it?", "kind": "date"},
            {"name": "remarks", "label": "Anything else?", "kind": "text", "required": False},
         ]),
        ("Shared mailbox", "shared-mailbox", "One address that several people read.",
         "E-mail and calendar", None, [
            {"name": "address", "label": "Which address?", "kind": "line"},
            {"name": "owner", "label": "Who decides who reads it?", "kind": "person"},
         ]),
        ("Ward phone", "ward-phone", "A phone that rings wherever you are on the ward.",
         "Telephony", "120.00", [
            {"name": "ward", "label": "Which ward?", "kind": "line"},
            {"name": "how_many", "label": "How many?", "kind": "integer"},
         ]),
        ("Everything for a new colleague", "new-colleague",
         "Account, badge, phone and a place to work, ready on the first day.",
         "Workplace", None, [
            {"name": "who", "label": "Who is coming?", "kind": "line",
             "help": "First and last name, as in the contract."},
            {"name": "first_day", "label": "When is the first day?", "kind": "date"},
            {"name": "ward", "label": "Where will they work?", "kind": "line"},
            {"name": "work", "label": "What will they do?", "kind": "choice",
             "choices": ["Nursing", "Medicine", "Laboratory", "Administration"]},
            {"name": "like", "label": "Whose access should theirs be like?", "kind": "line",
             "help": "A colleague who does the same work.", "required": False},
            {"name": "phone", "label": "Do they need a phone?", "kind": "boolean"},
            {"name": "remarks", "label": "Anything else?", "kind": "text", "required": False},
         ]),
    )  # fmt: skip
    for title, slug, what, service, cost, questions in items:
        item = play.open(
            "offering", 280, "owner", title=title, slug=slug, description=what,
            service=services[service], cost=Decimal(cost) if cost else None,
            fulfilment_team=play.teller.teams[company.WORKPLACE],
            organisation=play.teller.organisations[company.ROOT],
            owner=play.teller.people["owner"], delivery_days=5,
        )  # fmt: skip
        with clock.at(play.ago(279)):
            item = set_questions(item, questions, actor=play.teller.people["owner"], via=Via.HTML)
        play.step(item, 278, "owner", "publish")


def _orders(play: Planning) -> None:
    """Let some have what they ordered, so that the catalogue tells how long it took most people."""
    mailbox, phone = (
        ServiceOffering.objects.get(slug=slug) for slug in ("shared-mailbox", "ward-phone")
    )
    people = play.teller.people
    for offering, who, days, took, answers in (
        (mailbox, "hana", 31, 0.3, {"address": "lab@brightwater.example", "owner": people["hana"].email}),
        (mailbox, "thomas", 24, 1.1, {"address": "invoices@brightwater.example", "owner": people["thomas"].email}),
        (mailbox, "klara", 17, 0.9, {"address": "south@brightwater.example", "owner": people["klara"].email}),
        (phone, "simone", 29, 2.8, {"ward": "Ward 5", "how_many": 2}),
        (phone, "fatima", 22, 3.6, {"ward": "Ward 1", "how_many": 1}),
        (phone, "peter", 15, 1.9, {"ward": "House B", "how_many": 1}),
    ):  # fmt: skip
        with clock.at(play.ago(days)):
            asked = order(offering, answers=answers, actor=people[who], via=Via.HTML)
        play.step(asked, days - took / 3, "malik", "start")
        with clock.at(play.ago(days - took / 3)):
            add_comment(asked, body="I am on it; you hear from me when it is there.",
                        visibility=Visibility.PUBLIC, actor=people["malik"], via=Via.HTML)  # fmt: skip
        play.step(asked, days - took, "malik", "fulfil", resolution="It is there and works.")


def _articles(play: Planning, services: dict[str, Record]) -> None:
    for title, service, text, goes_on in (
        ("Printing from a ward computer", "Workplace",
         ("1. Choose the printer named after your ward.\n2. Hold your badge to the printer.\n\n"
         "Nothing comes out? Turn the printer off, wait ten seconds, turn it on."), True),
        ("Reading mail on your own phone", "E-mail and calendar",
         "Open the browser, go to the mail page, sign in. Nothing is kept on the phone.", True),
        ("Transferring a call", "Telephony", "Press Transfer, dial, wait, hang up.", False),
    ):  # fmt: skip
        article = play.open(
            "article", 90, "agent", title=title, description=text, service=services[service],
            organisation=play.teller.organisations[company.ROOT],
            owner=play.teller.people["agent"],
        )  # fmt: skip
        article = play.step(article, 89, "agent", "submit")
        if goes_on:
            play.step(article, 87, "lead", "publish")


def _release(play: Planning, services: dict[str, Record]) -> None:
    begin = (play.now + timedelta(days=12)).replace(hour=20, minute=0, second=0, microsecond=0)
    release = play.open(
        "release", 20, "release", title="Patient record, winter update", release_version="7.4",
        service=services["Patient record"], window_start=begin,
        window_end=begin + timedelta(hours=3), owner=play.teller.people["release"],
        steps="Stop the interfaces (Pavel)\nUpdate the servers (Elena)\nRead five records (Nora)",
        backout_plan="Back to the snapshot taken at the start; half an hour.",
        announcement="The record is read-only from 20:00 to 23:00.",
        organisation=play.teller.organisations[company.ROOT],
    )  # fmt: skip
    play.step(release, 18, "release", "build")
    release = play.step(release, 6, "release", "test")
    release = play.step(release, 2, "release", "pass_tests",
                        test_evidence="112 of 112 cases passed on the test system.")  # fmt: skip
    for minutes, who, what in (
        (-1440, "release", "Tell the wards that the record is read-only"),
        (0, "owner", "Stop the interfaces"),
        (15, "builder", "Update the servers"),
        (150, "agent", "Read five records, one of each clinic"),
    ):
        with clock.at(play.ago(2)):
            add_step(release, text=what, owner=play.teller.people[who],
                     planned_at=begin + timedelta(minutes=minutes),
                     actor=play.teller.people["release"], via=Via.HTML)  # fmt: skip
    play.open(
        "deployment", 5, "release", title="Winter update on the test system", release=release,
        environment="test", owner=play.teller.people["release"],
        window_start=play.now + timedelta(days=2), window_end=play.now + timedelta(days=2, hours=2),
    )  # fmt: skip


def _components(play: Planning) -> None:
    """What is obtained for the specification that has its money."""
    spec = Record.objects.filter(kind="design_spec", state="funded").order_by("pk").first()
    if spec is None:
        return
    wanted: tuple[tuple[str, str, str, int, int | None, str, str | None], ...] = (
        ("Badge readers", "procure", company.NORTH, 9, 18, "25000.00", None),
        ("Session broker", "build", "Data centre", 25, 20, "32000.00", "21400.00"),
        ("Badges for the wards", "procure", company.SOUTH, 40, 30, "8500.00", None),
        ("Directory connector", "reuse", "Data centre", 14, None, "3000.00", "1200.00"),
    )
    found = []
    for title, sourcing, place, needed, promised, budget, own_cost in wanted:
        component = play.hand(
            spec, 80, "architect", "build", title=title, sourcing=sourcing,
            needed_at=play.day(needed), needed_location=place,
        )  # fmt: skip
        play.write(component, 79.9, "architect", owner=play.teller.people["builder"],
                   supplier=play.teller.organisations[company.MEDISOFT],
                   budgeted=Decimal(budget),
                   own_cost=None if own_cost is None else Decimal(own_cost))  # fmt: skip
        _take_over(play, component)
        component = play.step(component, 70, "builder", "source")
        if promised is not None:
            component = play.step(
                component, 9, "builder", "promise", promised_at=play.day(promised),
                reason="The supplier waits for parts." if promised > needed else "",
            )  # fmt: skip
        found.append(component)
    readers, broker, badges, connector = found
    play.link(connector, 78, "architect", LinkKind.BLOCKS, broker)
    play.link(readers, 78, "architect", LinkKind.BLOCKS, badges)
    for component, title in ((readers, "Sign in with a badge"), (badges, "Sign in with a badge"),
                             (broker, "Ready within 10 seconds"),
                             (connector, "Block a lost badge")):  # fmt: skip
        met = Record.objects.filter(kind="requirement", title=title).order_by("pk").first()
        if met is not None:
            play.link(component, 78, "architect", LinkKind.SATISFIES, met)
    _first_ward(play, spec, found[:2])
    _milestone(play, found)
    _order(play, found[0])
    _checked(play, found[1])


def _first_ward(play: Planning, spec: Record, components: list[Record]) -> None:
    """The release that puts the first of it live."""
    begin = (play.now + timedelta(days=33)).replace(hour=18, minute=0, second=0, microsecond=0)
    release = play.open(
        "release", 40, "release", title="Sign-in by badge, first ward", release_version="1.0",
        window_start=begin, window_end=begin + timedelta(hours=4),
        owner=play.teller.people["release"], organisation=spec.organisation,
        backout_plan="The password works all the time; take the readers off.",
        announcement="Ward 3 signs in by badge; the password still works.",
        team=play.teller.teams[company.APPLICATIONS],
    )  # fmt: skip
    play.link(release, 40, "release", LinkKind.IMPLEMENTS, spec)
    for component in components:
        play.link(release, 40, "release", LinkKind.DEPLOYS, component)


def _take_over(play: Planning, component: Record) -> None:
    handover = Handover.objects.get(target=component)
    with clock.at(play.ago(79)):
        accept_handover(handover, actor=play.teller.people["builder"], via=Via.HTML)


def _milestone(play: Planning, components: list[Record]) -> None:
    milestone = play.open(
        "milestone", 75, "architect", title="First ward signs in by badge",
        baseline=play.day(20), organisation=components[0].organisation,
        owner=play.teller.people["builder"],
    )  # fmt: skip
    for component in components:
        play.link(milestone, 74, "architect", LinkKind.RELATES_TO, component)
    milestone = play.step(milestone, 9, "builder", "report_at_risk", forecast=play.day(29),
                          reason="The badge readers come late.")  # fmt: skip
    play.step(milestone, 8, "builder", "rebaseline", baseline=play.day(24),
              reason="The ward moves into its new rooms first.")  # fmt: skip


def _order(play: Planning, readers: Record) -> None:
    order = play.open(
        "purchase_order", 60, "buyer", title="Badge readers, 140",
        supplier=play.teller.organisations[company.MEDISOFT], due_on=play.day(9),
        organisation=readers.organisation, owner=play.teller.people["buyer"],
    )  # fmt: skip
    with clock.at(play.ago(59)):
        add_line(order, text="Badge reader, USB", component=readers, quantity=140,
                 unit_price=Decimal("189.00"), actor=play.teller.people["buyer"],
                 via=Via.HTML)  # fmt: skip
    order = play.step(order, 58, "buyer", "submit")
    order = play.step(order, 56, "budget", "approve")
    order = play.step(order, 55, "buyer", "order", supplier_reference="MS-20931")
    play.step(order, 9, "buyer", "acknowledge", promised_on=play.day(18))


def _checked(play: Planning, broker: Record) -> None:
    broker = play.step(broker, 60, "builder", "start")
    people: Any = play.teller.people
    with clock.at(play.ago(30)):
        first = add_check(
            broker, text="A session opens within 10 seconds", actor=people["builder"], via=Via.HTML
        )
        add_check(broker, text="A lost badge is blocked within a minute",
                  actor=people["builder"], via=Via.HTML)  # fmt: skip
    with clock.at(play.ago(5)):
        answer_check(first, passed=True, evidence="200 sign-ins on ward 3: 8.1 s at most.",
                     actor=people["architect"], via=Via.HTML)  # fmt: skip


def _freeze(play: Planning) -> None:
    begin = (play.now + timedelta(days=25)).replace(hour=0, minute=0, second=0, microsecond=0)
    with clock.at(play.ago(40)):
        save_freeze(
            None, name="Turn of the year", reason="Half of the staff are away.",
            starts_at=begin, ends_at=begin + timedelta(days=14),
            organisations=[play.teller.organisations[company.ROOT]], services=[],
            actor=play.teller.people["change"],
        )  # fmt: skip
