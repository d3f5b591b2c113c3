"""Which agreement a record falls under, and why: pure rules over plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: What can limit an agreement, the most telling first: an agreement for a service beats one for a
#: customer, and so on down.
DIMENSIONS: Final = ("services", "organisations", "teams", "channels", "kinds", "priorities")
ANY_PRIORITY: Final = "any"


@dataclass(frozen=True, slots=True)
class Subject:
    """What agreements look at in a record.

    `lineage` are the ids of its organisation and all above, the top first.
    """

    kind: str
    priority: int | None = None
    lineage: tuple[int, ...] = ()
    service: int | None = None
    team: int | None = None
    channel: str = ""


@dataclass(frozen=True)
class Conditions:
    """The limits of an agreement; an empty set limits nothing."""

    kinds: frozenset[str] = frozenset()
    priorities: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()
    services: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    channels: frozenset[str] = frozenset()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Conditions:
        """Read the stored JSON, whose shape was checked when it was written."""
        return cls(**{name: frozenset(raw.get(name) or ()) for name in DIMENSIONS})

    def fit(self, subject: Subject) -> dict[str, int] | None:
        """Return how closely each limit that is set fits (organisations: how deep), or None."""
        found: dict[str, int] = {}
        for name, value in (
            ("services", subject.service),
            ("teams", subject.team),
            ("channels", subject.channel),
            ("kinds", subject.kind),
            ("priorities", subject.priority),
        ):
            limits: frozenset[Any] = getattr(self, name)
            if limits:
                if value not in limits:
                    return None
                found[name] = 1
        if self.organisations:
            depths = [n for n, pk in enumerate(subject.lineage, 1) if pk in self.organisations]
            if not depths:
                return None
            found["organisations"] = depths[-1]
        return found


@dataclass(frozen=True)
class Step:
    """An escalation: when, for which metrics, and what is then done.

    Either `percent` of the target, or `offset_s` business seconds after (before: negative) it.
    """

    key: str
    percent: float | None = None
    offset_s: int | None = None
    metrics: frozenset[str] = frozenset()
    actions: tuple[Mapping[str, Any], ...] = ()

    def seconds(self, target_s: float) -> float:
        """Return after how many business seconds the step is due; never before the first one."""
        after = target_s * self.percent / 100 if self.percent is not None else target_s
        return max(1.0, after + (self.offset_s or 0))


@dataclass(frozen=True)
class Promise:
    """A published edition of an agreement as clocks need it. Never changes."""

    version: int
    agreement: int
    name: str
    number: int
    kind: str
    calendar: int
    conditions: Conditions = Conditions()
    targets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    pausable: frozenset[str] = frozenset()
    on_change: str = "keep_elapsed"
    grace_s: int = 0
    reopen_window_s: int | None = None
    steps: tuple[Step, ...] = ()
    quiet_hours: Mapping[str, Any] = field(default_factory=dict)

    def targets_for(self, priority: int | None) -> dict[str, int]:
        """Return business seconds by metric: those of the priority over those of any priority."""
        return {
            **self.targets.get(ANY_PRIORITY, {}),
            **self.targets.get(f"P{priority}", {}),
        }

    def steps_for(self, metric: str) -> list[Step]:
        return [step for step in self.steps if not step.metrics or metric in step.metrics]


@dataclass(frozen=True)
class Match:
    """The agreement that was chosen, and the limits it fits."""

    promise: Promise
    fits: Mapping[str, int]


def match(promises: Iterable[Promise], subject: Subject) -> dict[str, Match]:
    """Return the most specific agreement of each kind that fits, by kind.

    A limit further up in DIMENSIONS outweighs all below it; the deeper organisation wins; at last
    the older agreement, so that the answer never depends on the order asked in.
    """
    best: dict[str, tuple[tuple[int, ...], Match]] = {}
    for promise in promises:
        fits = promise.conditions.fit(subject)
        if fits is None:
            continue
        rank = (*(fits.get(name, 0) for name in DIMENSIONS), -promise.agreement)
        held = best.get(promise.kind)
        if held is None or rank > held[0]:
            best[promise.kind] = (rank, Match(promise, fits))
    return {kind: found for kind, (_rank, found) in sorted(best.items())}
