"""One demand of the sample company from the need somebody stated to the value they confirmed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from itsm.core import clock
from itsm.portal.sample import company
from itsm.portal.sample.design import Planning
from itsm.portal.sample.telling import Teller
from valuechain.obtain_build.actions import add_check, answer_check, import_components
from valuechain.records.actions import accept_handover
from valuechain.records.models import Handover, Record
from valuechain.records.vocabulary import LinkKind, Via

#: Title, whose need, how many days ago it began, how it was obtained, where it was needed.
_LINES: tuple[tuple[str, str, float, str, str], ...] = (
    ("Discharge letters on the day of discharge", "matteo", 168, "build", "Data centre"),
    ("Call bells shown on the ward phones", "fatima", 150, "procure", company.NORTH),
    ("Diet orders without retyping", "klara", 133, "develop", "Data centre"),
    ("Beds that are free, on one screen", "simone", 117, "build", company.SOUTH),
    ("Visitors find the ward by phone", "lotte", 101, "develop", "Data centre"),
    ("Samples printed with a code at the bed", "hana", 88, "procure", company.LAB),
)
_CONFIRMED = "It saves each of us a quarter of an hour a day."


def tell(teller: Teller) -> None:
    """Play every line to its end, and one back once, in the order in which it happened."""
    play = Planning(teller)
    budget: Any = Record.objects.filter(kind="budget", state="approved").order_by("pk").first()
    for place, line in enumerate(_LINES):
        _follow(play, budget, place, *line)


def _follow(
    play: Planning, budget: Record, place: int, title: str, who: str, began: float, sourcing: str,
    where: str,
) -> None:  # fmt: skip
    need = _need(play, title, who, began)
    spec = _spec(play, need, budget, title, began - 6, slow=place % 3 == 1)
    _built(play, spec, sourcing, where, began - 22)
    _live(play, spec, title, began - 52)
    need = Record.objects.get(pk=need.pk)
    if need.state == "fulfilled":
        play.step(need, began - 70, who, "confirm_value", reason=_CONFIRMED)


def _need(play: Planning, title: str, who: str, began: float) -> Record:
    need = play.open(
        "need", began, who, title=title, description=f"{title}: we lose time on it every day.",
        expected_benefit="A quarter of an hour a day for each of us", value_size="m",
    )  # fmt: skip
    need = play.step(need, began, who, "submit")
    need = play.step(need, began - 1, "brm", "take")
    return play.decide(need, began - 2, {
        "classify": {"classification": "required", "reason": "The insurers' contract asks for it."},
        "justify": {"reason": "Counted on three wards.", "evidence": "Log of two weeks."},
        "assess": {"fulfilability": "as_desired", "reason": "The parts exist."},
        "qualify": {},
    })  # fmt: skip


def _spec(
    play: Planning, need: Record, budget: Record, title: str, began: float, *, slow: bool
) -> Record:
    spec = play.hand(need, began, "brm", "specify", taker="architect", title=title)
    play.write(
        spec, began - 1, "architect", description=f"What it takes: {title.lower()}.",
        blueprint="One interface to the patient record, one screen, one day of training.",
        estimate=Decimal("6400.00"), duration_days=40,
        time_to_market=(play.ago(began - 60)).date(), owner=play.teller.people["architect"],
        service=Record.objects.get(kind="service", title="Patient record"),
    )  # fmt: skip
    requirement = play.hand(
        need, began - 1, "architect", "require", title=title, statement=title, necessity="must",
        acceptance_test="Ten people do it on one morning.",
    )  # fmt: skip
    play.step(requirement, began - 2, "architect", "agree")
    play.step(requirement, began - 2.1, "architect", "allocate", spec=spec.number)
    play.step(spec, began - 3, "architect", "submit")
    if slow:
        play.say(spec, began - 5, "owner", "changes", "Say who supports it at night.")
        play.write(spec, began - 6, "architect", transition_approach="The desk, day and night.")
        play.step(spec, began - 7, "architect", "submit")
    play.say(spec, began - 8, "owner", "approve")
    play.say(spec, began - 10, "budget", "approve")
    spec = Record.objects.get(pk=spec.pk).specific
    return play.step(spec, began - 12, "budget", "fund", budget=budget.number)


def _built(play: Planning, spec: Record, sourcing: str, where: str, began: float) -> None:
    people: Any = play.teller.people
    numbers = spec.links_out.filter(kind=LinkKind.SATISFIES).values_list(
        "target__number", flat=True
    )
    with clock.at(play.ago(began)):
        import_components(
            spec, requirements=list(numbers), sourcing=sourcing,
            needed_at=play.ago(began - 26).date(), needed_location=where,
            actor=people["architect"], via=Via.HTML,
        )  # fmt: skip
    handed = play.hand(
        spec, began - 0.5, "architect", "build", title=f"{spec.title}: training", sourcing="reuse",
        needed_at=play.ago(began - 26).date(), needed_location=where,
    )  # fmt: skip
    built = Record.objects.filter(
        kind="component", links_out__target=spec.pk, links_out__kind=LinkKind.IMPLEMENTS
    ).order_by("pk")
    components = [one.specific for one in built]
    for component in components:
        play.write(component, began - 0.7, "architect", owner=people["builder"])
    with clock.at(play.ago(began - 1)):
        accept_handover(Handover.objects.get(target=handed), actor=people["builder"], via=Via.HTML)
        add_check(handed, text="Everybody was there.", actor=people["builder"], via=Via.HTML)
    for component in components:
        component = component.__class__.objects.get(pk=component.pk)
        for days, name in ((2, "source"), (4, "start"), (18, "present")):
            component = play.step(component, began - days, "builder", name)
        for check in component.checks.all():
            with clock.at(play.ago(began - 19)):
                answer_check(check, passed=True, evidence="Seen on ward 2.",
                             actor=people["architect"], via=Via.HTML)  # fmt: skip
        component = play.step(component, began - 20, "architect", "accept")
        component = play.step(
            component, began - 21, "builder", "place", actual_location=where,
            actual_at=play.ago(began - 21).date(),
        )  # fmt: skip
        play.step(component, began - 22, "builder", "make_available")


def _live(play: Planning, spec: Record, title: str, began: float) -> None:
    release = play.hand(
        Record.objects.get(pk=spec.pk).specific, began, "release", "release", title=title
    )
    change = play.open(
        "change", began, "release", title=f"Put live: {title.lower()}",
        description="As planned in the release.", change_type="standard", risk="low",
        plan="Deploy by the pipeline.", backout_plan="Deploy the version before.",
        test_plan="Do it once with a test patient.", organisation=spec.organisation,
    )  # fmt: skip
    change = play.step(change, began - 0.1, "release", "request")
    change = play.step(change, began - 0.2, "release", "pre_authorise")
    play.link(release, began - 0.2, "release", LinkKind.IMPLEMENTS, change)
    for days, name, data in (
        (0.3, "build", {}), (1, "test", {}),
        (2, "pass_tests", {"test_evidence": "All cases passed."}),
        (3, "make_ready", {}), (4, "approve", {}),
    ):  # fmt: skip
        release = play.step(release, began - days, "release", name, **data)
    start = play.ago(began - 5)
    deployment = play.open(
        "deployment", began - 4.5, "release", title=f"{title}: live", release=release,
        environment="production", under_change=change, window_start=start,
        window_end=start + timedelta(hours=2), owner=play.teller.people["release"],
    )  # fmt: skip
    for days, name, data in (
        (5, "start", {}), (5.05, "verify", {}),
        (5.1, "succeed", {"verification": "Ten people did it."}),
    ):  # fmt: skip
        deployment = play.step(deployment, began - days, "release", name, **data)
