"""The comments on the parts of a specification, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from valuechain.design_transition.models import Remark


@dataclass
class Thread:
    """One comment and what was answered."""

    first: Remark
    answers: list[Remark] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.first.resolved_at is None


@dataclass
class Discussion:
    """The threads on one part."""

    threads: list[Thread] = field(default_factory=list)

    @property
    def open(self) -> int:
        return sum(1 for thread in self.threads if thread.is_open)


def discussions_of(spec: Any) -> dict[str, Discussion]:
    """Return the threads of a specification by the part they are about. One query."""
    threads: dict[int, Thread] = {}
    by_part: dict[str, Discussion] = {}
    for remark in spec.remarks.select_related("author", "resolved_by"):
        if remark.answers_to_id is None:
            threads[remark.pk] = thread = Thread(remark)
            by_part.setdefault(remark.part, Discussion()).threads.append(thread)
        elif remark.answers_to_id in threads:
            threads[remark.answers_to_id].answers.append(remark)
    return by_part


def open_remarks(spec: Any) -> int:
    """Return how many threads are not ticked off. One query."""
    found: int = spec.remarks.filter(answers_to=None, resolved_at=None).count()
    return found
