"""The closed lists of words the whole value chain shares."""

from typing import Any

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Phase

LIVE_PHASES = (Phase.NEW, Phase.OPEN, Phase.WAITING)

PHASES = [
    (Phase.NEW.value, _("New")),
    (Phase.OPEN.value, _("Open")),
    (Phase.WAITING.value, _("Waiting")),
    (Phase.DONE.value, _("Done")),
    (Phase.VOID.value, _("Void")),
]


class Activity(TextChoices):
    """The six activities of the ITIL 4 service value chain. They need not run in order."""

    PLAN = "plan", _("Plan")
    IMPROVE = "improve", _("Improve")
    ENGAGE = "engage", _("Engage")
    DESIGN_TRANSITION = "design_transition", _("Design & transition")
    OBTAIN_BUILD = "obtain_build", _("Obtain & build")
    DELIVER_SUPPORT = "deliver_support", _("Deliver & support")


class Via(TextChoices):
    """The door a change came through."""

    HTML = "html", _("Portal")
    API = "api", _("API")
    EMAIL = "email", _("E-mail")
    WORKER = "worker", _("Timer")
    COMMAND = "command", _("Command")


class Channel(TextChoices):
    """How a demand reached us."""

    PORTAL = "portal", _("Portal")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    API = "api", _("API")
    WALK_IN = "walk_in", _("Walk-in")
    MONITORING = "monitoring", _("Monitoring")


class Priority(IntegerChoices):
    """How soon a record must be worked on; 1 comes first."""

    CRITICAL = 1, _("Critical")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


class Impact(IntegerChoices):
    """How many people are held up."""

    EVERYONE = 1, _("Everyone")
    SITE = 2, _("A whole site")
    TEAM = 3, _("One team")
    PERSON = 4, _("One person")


class Urgency(IntegerChoices):
    """How badly they are held up, in the words used on the phone."""

    STOPPED = 1, _("Work has stopped")
    DEGRADED = 2, _("Work is badly slowed")
    SLOWED = 3, _("Work is slowed")
    CAN_WAIT = 4, _("Can wait")


class Visibility(TextChoices):
    """Who reads a message: everybody who sees the record, or only those who work on it."""

    PUBLIC = "public", _("Public reply")
    INTERNAL = "internal", _("Internal note")


class LinkKind(TextChoices):
    """How one record relates to another: source `kind` target."""

    DERIVED_FROM = "derived_from", _("derived from")
    FULFILS = "fulfils", _("fulfils")
    SATISFIES = "satisfies", _("satisfies")
    IMPLEMENTS = "implements", _("implements")
    DEPLOYS = "deploys", _("deploys")
    CAUSED_BY = "caused_by", _("caused by")
    RELATES_TO = "relates_to", _("relates to")
    DUPLICATES = "duplicates", _("duplicates")
    BLOCKS = "blocks", _("blocks")
    CHILD_OF = "child_of", _("child of")
    AFFECTS = "affects", _("affects")
    EVIDENCE_FOR = "evidence_for", _("evidence for")
    FUNDED_BY = "funded_by", _("funded by")
    SUPPLIED_BY = "supplied_by", _("supplied by")


#: The same relation read from the target's side.
INVERSE = {
    LinkKind.DERIVED_FROM: _("led to"),
    LinkKind.FULFILS: _("fulfilled by"),
    LinkKind.SATISFIES: _("satisfied by"),
    LinkKind.IMPLEMENTS: _("implemented by"),
    LinkKind.DEPLOYS: _("deployed by"),
    LinkKind.CAUSED_BY: _("cause of"),
    LinkKind.RELATES_TO: _("relates to"),
    LinkKind.DUPLICATES: _("duplicated by"),
    LinkKind.BLOCKS: _("blocked by"),
    LinkKind.CHILD_OF: _("parent of"),
    LinkKind.AFFECTS: _("affected by"),
    LinkKind.EVIDENCE_FOR: _("has evidence"),
    LinkKind.FUNDED_BY: _("funds"),
    LinkKind.SUPPLIED_BY: _("supplies"),
}

#: What a word written before a kind says: that the record is its target.
INVERSELY = "-"


def link_choices() -> list[tuple[str, Any]]:
    """Return each way in which one record can relate to another, from either side, for a form.

    The side of the target is the kind after `INVERSELY`; what reads alike from both sides stands once.
    """
    there = [(kind.value, kind.label) for kind in LinkKind]
    back = [
        (f"{INVERSELY}{kind.value}", words)
        for kind, words in INVERSE.items()
        if kind is not LinkKind.RELATES_TO
    ]
    return sorted(there + back, key=lambda choice: str(choice[1]))


#: A record can never come before itself along these.
ACYCLIC = frozenset({LinkKind.DERIVED_FROM, LinkKind.CHILD_OF, LinkKind.BLOCKS})


class Principle(TextChoices):
    """The seven guiding principles, to be cited where one was weighed."""

    FOCUS_ON_VALUE = "focus_on_value", _("Focus on value")
    START_WHERE_YOU_ARE = "start_where_you_are", _("Start where you are")
    PROGRESS_ITERATIVELY = "progress_iteratively", _("Progress iteratively with feedback")
    COLLABORATE = "collaborate", _("Collaborate and promote visibility")
    THINK_HOLISTICALLY = "think_holistically", _("Think and work holistically")
    KEEP_IT_SIMPLE = "keep_it_simple", _("Keep it simple and practical")
    OPTIMISE_AND_AUTOMATE = "optimise_and_automate", _("Optimise and automate")


class ParticipationRole(TextChoices):
    """Why a person sees a record they do not work on."""

    REQUESTER = "requester", _("Requester")
    CALLER = "caller", _("Caller")
    AFFECTED = "affected", _("Affected")
    WATCHER = "watcher", _("Watcher")
