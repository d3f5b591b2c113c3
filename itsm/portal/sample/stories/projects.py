"""Project initiations: demands large enough to need a business case first."""

from typing import Any

from itsm.portal.sample.company import LAB, TARN
from itsm.portal.sample.script import D, H, Move, Story, do, note, say


def _case(case: str, scope: str, sponsor: str, low: int, high: int, **more: Any) -> dict[str, Any]:
    return {"business_case": case, "scope": scope, "sponsor": sponsor, "cost_low": low,
            "cost_high": high, **more}  # fmt: skip


def _handed_in(who: str) -> tuple[Move, ...]:
    return (do(30, who, "submit"),)


PROJECTS = (
    Story("project_initiation", "Robot for the pharmacy stock", "matteo",
          "Picking takes two people four hours a day.", days=1, at="14:00", urgency=4),
    Story("project_initiation", "Speech recognition on all wards", "simone",
          "Letters go out four days after discharge; the aim is one.", days=2, at="10:00",
          impact=2, urgency=3,
          values=_case("Saves 900 hours of typing a year.", "All wards of both clinics.", "marta",
                       80_000, 120_000, benefits="Letters within one day."),
          moves=_handed_in("simone")),
    Story("project_initiation", "Sample tracking by barcode from ward to result", "stefan",
          "Each week about ten samples are searched for by phone.", days=5, at="09:30",
          impact=2, urgency=3, organisation=LAB,
          values=_case("No lost sample; 25 hours of phone calls a month less.",
                       "Wards of both clinics and the laboratory.", "hana", 60_000, 90_000),
          moves=(*_handed_in("stefan"), do(D, "brm", "assess"),
                 say(H, "brm", "I meet the ward managers on Thursday to see the way of a sample."))),
    Story("project_initiation", "Results for outside practices", "amir",
          "Tarn Valley and two other practices wait for paper.", days=9, at="11:00",
          impact=2, urgency=3, organisation=TARN,
          values=_case("Practices decide a day sooner.", "Portal, identities, support.", "marta",
                       30_000, 45_000),
          moves=(*_handed_in("amir"), do(D, "brm", "assess"),
                 do(D, "brm", "ask_information",
                    reason="How many people in your practice would sign in?", follow_up_at=4))),
    Story("project_initiation", "One duty roster for both clinics", "claudia",
          "Two programs, two sets of rules, and help between the clinics is arranged by phone.",
          days=14, at="10:30", impact=2, urgency=3,
          values=_case("Fewer agency hours: about EUR 140,000 a year.", "All staff on shifts.",
                       "marta", 110_000, 160_000, risks="Works council agreement needed."),
          moves=(*_handed_in("claudia"), do(D, "brm", "assess"),
                 note(D, "architect", "Fits the integration platform; no new data flows."),
                 do(3 * D, "brm", "recommend",
                    recommendation="Pays back within fourteen months; the people concerned want "
                                   "it."))),
    Story("project_initiation", "Digital consent forms", "ben",
          "Paper is lost between ward and theatre.", days=22, at="13:00", impact=2, urgency=2,
          values=_case("No operation delayed for want of a form.", "Both theatres, all wards.",
                       "marta", 70_000, 85_000, options="Buy a module; build on the chart system."),
          moves=(*_handed_in("ben"), do(D, "brm", "assess"),
                 do(4 * D, "brm", "recommend", recommendation="Safety first, and it is cheap."),
                 do(2 * D, "budget", "approve"),
                 say(H, "brm", "Approved. Planning and the design specification begin now."))),
    Story("project_initiation", "Virtual reality for nurse training", "klara",
          "As seen at the fair.", days=18, at="15:00", impact=3, urgency=4,
          values=_case("Training without a free bed.", "Ten headsets.", "claudia", 25_000, 60_000),
          moves=(*_handed_in("klara"), do(2 * D, "brm", "assess"),
                 do(3 * D, "brm", "advise_against",
                    reason="The training rooms are free four days a week; no gain can be named."))),
    Story("project_initiation", "Car park with number plate recognition", "thomas",
          "The barrier is old.", days=25, at="09:00", impact=3, urgency=4,
          values=_case("No tickets any more.", "Head office.", "thomas", 40_000, 55_000),
          moves=(*_handed_in("thomas"),
                 do(2 * D, "thomas", "cancel", reason="Facility management leads this itself."))),
)  # fmt: skip
