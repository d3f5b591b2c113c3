"""What obtain & build accepts from the other activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import Decision
from itsm.core.machine import Ask, AskKind
from valuechain.obtain_build.models import Component
from valuechain.records.flows import Flow
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.policies import may_work
from valuechain.records.vocabulary import LinkKind

_TITLE = Ask("title", _("Component"), AskKind.LINE, required=False,
             help=_("Leave it empty to keep the title."))  # fmt: skip
_SOURCING = Ask("sourcing", _("Sourcing"), AskKind.CHOICE,
                choices=tuple(Component.Sourcing.choices))  # fmt: skip
_NEEDED = (
    Ask("needed_at", _("Needed on"), AskKind.DATE, required=False),
    Ask("needed_location", _("Needed where"), AskKind.LINE, required=False),
)


def _is_buildable(spec: Any) -> Decision:
    return spec.kind_entry.assure("buildable", spec)


def _component(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    given = dict(answers)
    given["title"] = given.get("title") or source.title
    return kinds["component"].open(
        actor=actor,
        via=via,
        organisation=source.organisation,
        service=source.service,
        team=source.team,
        **given,
    )


FLOWS = (
    Flow(
        name="build",
        sources=("design_spec",),
        to="component",
        label=_("Hand over to be built"),
        build=_component,
        link=LinkKind.IMPLEMENTS,
        asks=(_TITLE, _SOURCING, *_NEEDED),
        may=may_work,
        guard=_is_buildable,
        is_offered=True,
        trigger=_("the specification is approved and funded"),
        input=_("an approved and funded specification"),
        output=_("accepted components at their place and time"),
    ),
    Flow(
        name="obtain",
        sources=("change", "problem", "improvement"),
        to="component",
        label=_("Have something obtained or built"),
        build=_component,
        link=LinkKind.DERIVED_FROM,
        asks=(_TITLE, _SOURCING, *_NEEDED),
        may=may_work,
        is_offered=True,
        trigger=_("a change needs a part"),
        input=_("what is needed, when and where"),
        output=_("an accepted component"),
    ),
)
