"""Flows: what each activity accepts from the others, by the name of the source kind.

The receiving app declares its flows in `flows.py`; sources are names, not imports, so siblings never
need one another. The value-chain map is drawn from this registry, so it cannot lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision
from itsm.core.errors import NotOffered
from itsm.core.machine import Ask
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import LinkKind

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.models import Record


def _anyone(_actor: Any, _record: Any) -> Decision:
    return ALLOW


def _always(_record: Any) -> Decision:
    return ALLOW


#: (source, actor, via, answers) -> the record that receives the work
Build = Callable[["Record", Any, str, Mapping[str, Any]], "Record"]


@dataclass(frozen=True)
class Flow:
    """Work of certain kinds may cross into one kind here.

    `name` is an imperative verb, stable in the REST API. `link` ties the receiving record to its
    source (`target link source`, so a change is DERIVED_FROM the incident). With `is_offered` the
    receiving activity must accept the handover, or return it with a reason; otherwise it is taken
    at once.
    """

    name: str
    sources: tuple[str, ...]
    to: str
    label: Sentence
    build: Build
    link: str = LinkKind.DERIVED_FROM
    asks: tuple[Ask, ...] = ()
    may: Callable[[Any, Any], Decision] = _anyone
    guard: Callable[[Any], Decision] = _always
    is_offered: bool = False
    trigger: Sentence = ""
    input: Sentence = ""
    output: Sentence = ""
    tone: str = "plain"

    def permits(self, actor: Any, record: Any) -> Decision:
        """Answer whether the actor may hand this on, and open what receives it. No query."""
        may = self.may(actor, record)
        if not may:
            return may
        entry = kinds[self.to]
        to_be = entry.model(
            organisation_id=record.organisation_id,
            team_id=record.team_id,
            requester_id=record.requester_id,
        )
        return entry.may_open(actor, to_be)

    def decide(self, record: Any, actor: Any) -> Decision:
        """Answer whether the actor may hand this record on now: permission first, then guard."""
        may = self.permits(actor, record)
        return self.guard(record) if may else may


@dataclass(frozen=True)
class FlowOffer:
    """A flow as it stands for one actor and one record."""

    flow: Flow
    decision: Decision

    @property
    def name(self) -> str:
        return self.flow.name

    @property
    def label(self) -> Sentence:
        return self.flow.label

    @property
    def tone(self) -> str:
        return self.flow.tone

    @property
    def asks(self) -> tuple[Ask, ...]:
        return self.flow.asks


@dataclass
class FlowRegistry:
    """All flows, found by the kind they leave."""

    _flows: list[Flow] = field(default_factory=list)

    def accept(self, *flows: Flow) -> None:
        """Declare flows. Raises ImproperlyConfigured when a source would have two of one name."""
        for flow in flows:
            for source in flow.sources:
                if any(f.name == flow.name and source in f.sources for f in self._flows):
                    raise ImproperlyConfigured(f"{source} has two flows named {flow.name}.")
            self._flows.append(flow)

    def __iter__(self) -> Iterator[Flow]:
        return iter(self._flows)

    def leaving(self, kind: str) -> list[Flow]:
        return [flow for flow in self._flows if kind in flow.sources]

    def find(self, kind: str, name: str) -> Flow:
        """Return the flow of that name leaving the kind, or raise NotOffered with the names."""
        for flow in self.leaving(kind):
            if flow.name == name:
                return flow
        raise NotOffered(
            "unknown_flow",
            _("Nothing accepts “%(name)s” from this kind of record.") % {"name": name},
            missing=[flow.name for flow in self.leaving(kind)],
        )

    def offers(self, record: Record, actor: Any) -> list[FlowOffer]:
        return [FlowOffer(flow, flow.decide(record, actor)) for flow in self.leaving(record.kind)]

    def problems(self) -> list[str]:
        """Return every kind named that does not exist; checked by `manage.py check`."""
        return [
            f"flow {flow.name} names the unknown kind {name!r}"
            for flow in self._flows
            for name in (*flow.sources, flow.to)
            if name not in kinds
        ]


flows = FlowRegistry()
