"""What the people of the sample company need, whom they speak with, and what they think of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from itsm.core import clock
from itsm.portal.sample import company
from itsm.portal.sample.telling import Teller
from valuechain.records.actions import accept_handover, hand_off, link_records, perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind, Via


class Engagement:
    """Plays needs, relations and feedback, each step at its own time before now."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.now = teller.now

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def day(self, days: int) -> date:
        return (self.now + timedelta(days=days)).date()

    def open(self, kind: str, days: float, by: str, **values: Any) -> Record:
        """Open a record so many days ago, by one of the people."""
        at = self.ago(days)
        with clock.at(at):
            return kinds[kind].open(
                actor=self.teller.people[by], via=Via.HTML, at=at, received_at=at, **values
            )

    def step(self, record: Record, days: float, by: str, name: str, **data: Any) -> Record:
        """Take one transition so many days ago."""
        at = self.ago(days)
        with clock.at(at):
            event = perform(
                record, name, actor=self.teller.people[by], via=Via.HTML, at=at, data=data
            )
        return event.record

    def hand(
        self, record: Record, days: float, by: str, flow: str, *, taker: str = "", **data: Any
    ) -> Record:
        """Hand a record on so many days ago; the taker accepts it hours later. Returns what took it over."""
        people = self.teller.people
        with clock.at(self.ago(days)):
            handover = hand_off(record, flow, actor=people[by], via=Via.HTML, data=data)
        if taker:
            with clock.at(self.ago(days) + timedelta(hours=4)):
                accept_handover(handover, actor=people[taker], via=Via.HTML)
        return handover.target.specific

    def decide(self, need: Record, days: float, answers: dict[str, dict[str, Any]]) -> Record:
        """Answer the questions of the decision card one after the other, as the liaison."""
        for place, (name, data) in enumerate(answers.items()):
            need = self.step(need, days - place / 100, "brm", name, **data)
        return need


def tell(teller: Teller) -> None:
    """Play everything, in the order in which it happened."""
    play = Engagement(teller)
    stakeholders = _relations(play)
    _needs(play, stakeholders)
    _suppliers(play)
    _feedback(play)


_NEXT = {
    "north": "Priya brings the dates for wards 1 to 4 to the next round.",
    "lakeside": "Nora sends the first list on Monday.",
    "nordlink": "Carla names a date in writing by Friday.",
}


def _relations(play: Engagement) -> dict[str, Record]:
    people, places = play.teller.people, play.teller.organisations
    found = {}
    for key, title, person, side, role, influence in (
        ("north", "Clinic North, nursing", "requester", "internal", "customer", "high"),
        ("lakeside", "Lakeside Care Homes", "judith", "external", "customer", "medium"),
        ("nordlink", "Nordlink Networks", "supplier", "external", "supplier", "medium"),
        ("board", "Management board", "marta", "internal", "sponsor", "high"),
        ("lab", "Laboratory", "hana", "internal", "user", "low"),
    ):
        found[key] = play.open(
            "stakeholder", 90, "brm", title=title, person=people[person],
            represents=people[person].organisation, side=side, role=role, influence=influence,
            owner=people["brm"], organisation=places[company.ROOT],
        )  # fmt: skip
    play.step(found["north"], 60, "brm", "report_health", health="amber",
              note="The wards waited three weeks for their tablets and were told nothing.")  # fmt: skip
    play.step(found["north"], 12, "brm", "report_health", health="green",
              note="Tablets are there; the ward leads read what we promise in the portal.")  # fmt: skip
    play.step(found["nordlink"], 20, "brm", "report_health", health="red",
              note="Third late delivery this quarter; escalated to their account manager.")  # fmt: skip
    for days, key, form, title, summary in (
        (30, "north", "meeting", "Monthly round with the ward leads",
         "Results on paper delay the morning round. They want them where the patient is."),
        (9, "lakeside", "call", "Call with Judith Moser",
         "They need a list of their open tickets for the house meeting each Monday."),
        (2, "nordlink", "call", "Why the second line is late",
         "Ducts are full; a new date is promised for next week."),
    ):  # fmt: skip
        play.open(
            "interaction", days, "brm", title=title, stakeholder=found[key], form=form,
            held_at=play.ago(days), summary=summary, organisation=places[company.ROOT],
            next_step=_NEXT[key],
        )  # fmt: skip
    play.open(
        "interaction", 3, "brm", title="Monthly round with the ward leads", form="meeting",
        stakeholder=found["north"], held_at=play.ago(-4), organisation=places[company.ROOT],
    )  # fmt: skip
    return found


_RESULTS = "On the morning round we run back to the office for every lab value. We need to see the\
 results where the patient is, on the tablet of the ward."


def _needs(play: Engagement, stakeholders: dict[str, Record]) -> None:
    people = play.teller.people
    results = _state_need(play, 28, "requester", "Lab results on the ward's tablet", _RESULTS,
                          stakeholder=stakeholders["north"], horizon="both", value_size="l",
                          effort_size="m", expected_benefit="Half an hour a day for each nurse",
                          desired_by=play.day(40))  # fmt: skip
    results = play.step(results, 27, "brm", "take")
    results = play.decide(results, 26, {
        "classify": {"classification": "required",
                     "reason": "The contract with the insurers asks for bedside results."},
        "justify": {"reason": "Four wards lose half an hour a day each.",
                    "evidence": "Time study of March; 31 tickets on late results."},
        "assess": {"fulfilability": "partial",
                   "reason": "Values and trends now; pictures from radiology next year."},
        "promise": {"promise": "Values and trends on the tablets of wards 1 to 4",
                    "promised_on": play.day(25)},
        "qualify": {},
    })  # fmt: skip
    change = play.hand(results, 24, "agent", "request_change")
    play.step(change, 23, "agent", "request")
    play.step(change, 22, "change", "assess")
    play.hand(results, 21, "brm", "expect_benefit", measure="Minutes to the first lab value",
              baseline="24", target="5", check_on=play.day(60))  # fmt: skip

    tone = _state_need(play, 16, "lotte", "A quieter ring tone at the reception",
                       "The phones are so loud that patients jump.")  # fmt: skip
    tone = play.step(tone, 15, "brm", "take")
    tone = play.decide(tone, 14, {
        "classify": {"classification": "want", "reason": "Nothing stops working without it."},
        "decline": {"reason": "Nobody sponsors it, and every phone can be turned down by hand:"
                              " hold the volume key for three seconds."},
    })  # fmt: skip

    weekly = _state_need(play, 20, "brm", "Our open tickets as a list every Monday",
                         "We want to go through our open tickets in the house meeting.",
                         stakeholder=stakeholders["lakeside"])  # fmt: skip
    weekly = play.step(weekly, 20, "brm", "take")
    weekly = play.decide(weekly, 19, {
        "classify": {"classification": "want", "sponsor": people["judith"].email,
                     "reason": "They see the tickets in the portal today, one by one.",
                     "trade_off": "One report less for Tarn Valley this month."},
        "justify": {"reason": "It spares both sides a call a week."},
        "assess": {"fulfilability": "as_desired", "reason": "The report exists; it is scheduled."},
        "qualify": {},
    })  # fmt: skip
    request = play.hand(weekly, 18, "brm", "request_service")
    for days, name, data in ((18, "accept", {}), (17, "start", {}),
                             (16, "fulfil", {"resolution": "It is mailed on Mondays at 7."})):  # fmt: skip
        request = play.step(request, days, "agent", name, **data)

    _state_need(play, 1, "emil", "Dictation in the consultation room",
                "I write my letters in the evening. I want to speak them right after the visit.")  # fmt: skip
    line = _state_need(play, 11, "simone", "A second network line for Clinic South",
                       "When the line fails we have no records at all, as in the night of the"
                       " outage.", stakeholder=stakeholders["board"], horizon="tomorrow")  # fmt: skip
    play.step(line, 10, "brm", "take")
    badge = _state_need(play, 8, "hana", "One badge for doors and computers",
                        "We carry three cards and forget one of them each day.",
                        stakeholder=stakeholders["lab"])  # fmt: skip
    badge = play.step(badge, 7, "brm", "take")
    play.step(badge, 6, "brm", "ask_information", follow_up_at=play.ago(-7),
              reason="Which doors does the laboratory mean, and how many people?")  # fmt: skip
    fax = _state_need(play, 40, "claudia", "Do away with the fax",
                      "Two authorities still write to us by fax, and we print it to file it.")  # fmt: skip
    fax = play.step(fax, 38, "brm", "take")
    play.step(fax, 36, "brm", "defer", follow_up_at=play.ago(-50),
              reason="The authorities change over next spring; we decide again then.")  # fmt: skip


def _state_need(
    play: Engagement, days: float, by: str, title: str, words: str, **values: Any
) -> Record:
    need = play.open("need", days, by, title=title, description=words, **values)
    return play.step(need, days, by, "submit")


def _suppliers(play: Engagement) -> None:
    places, people = play.teller.organisations, play.teller.people
    late = play.open(
        "supplier_request", 6, "brm", title="New date for the line to Clinic South",
        description="You promised the line for last week. Which date can we rely on?",
        supplier=places[company.NORDLINK], contact=people["supplier"], subject="delivery",
        contract="NL-2031", due_on=play.day(1), organisation=places[company.ROOT],
    )  # fmt: skip
    for days, who, name in ((6, "brm", "send"), (5, "supplier", "acknowledge"),
                            (4, "supplier", "start")):  # fmt: skip
        late = play.step(late, days, who, name)


def _feedback(play: Engagement) -> None:
    finished = Record.objects.of_kind("incident", "service_request").filter(
        phase="done", requester__isnull=False
    )
    said = (
        (5, "Quick and friendly."), (4, ""), (2, "It worked for a day, then I had to call again."),
        (5, "Thank you, Nora!"), (3, "I was never told that it was fixed."),
    )  # fmt: skip
    for place, (ticket, (score, words)) in enumerate(
        zip(finished.order_by("-closed_at")[: len(said)], said, strict=False)
    ):
        at = min(ticket.closed_at + timedelta(hours=3 + place), play.now)
        with clock.at(at):
            kinds["feedback"].open(
                actor=ticket.requester, via=Via.HTML, at=at, requester=ticket.requester,
                about=ticket, nature="csat", score=score, description=words,
                title=f"Rating of {ticket.number}",
            )  # fmt: skip
    idea = play.open("feedback", 5, "requester", nature="idea",
                     requester=play.teller.people["requester"],
                     title="Say on the phone which number I am in the queue")  # fmt: skip
    better = play.hand(idea, 4, "lead", "improve", title="Tell callers their place in the queue")
    better = play.step(better, 3, "lead", "triage", value="4", effort="2")
    with clock.at(play.ago(3)):
        better = better.kind_entry.edit(
            better, {"measure": "Callers who hang up", "unit": "%", "baseline": 18, "target": 8},
            actor=play.teller.people["lead"], via=Via.HTML,
        )  # fmt: skip
    play.step(better, 2, "lead", "accept")
    link_records(idea, better, LinkKind.EVIDENCE_FOR, actor=play.teller.people["lead"],
                 via=Via.HTML)  # fmt: skip
