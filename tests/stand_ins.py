"""Kinds of record that exist for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Record
from valuechain.records.numbers import create_sequences
from valuechain.records.vocabulary import Activity


def plain_kind(name: str, *, activity: str = Activity.PLAN) -> Kind:
    """A kind that can be opened and finished, kept in the header alone."""
    return Kind(
        name=name,
        prefix="T" + "".join(word[0] for word in name.split("_")).upper(),
        label=name,
        label_plural=name,
        activity=activity,
        resource="stand-ins",
        model=Record,
        machine=Machine(
            name,
            states=(
                State("open", "Open", Phase.OPEN),
                State("done", "Done", Phase.DONE, is_final=True),
            ),
            transitions=(Transition("finish", ("open",), "done", "Finish"),),
        ),
        fields=("title", "description", "requester", "organisation"),
    )


@contextmanager
def stand_in(*names: str) -> Iterator[None]:
    """Register a plain kind for each name the program does not know, and take it away again."""
    with ExitStack() as stack:
        for name in names:
            if name not in kinds:
                kinds.register(plain_kind(name))
                stack.callback(kinds._kinds.pop, name)
        create_sequences()
        yield
