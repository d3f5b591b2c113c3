"""What deliver & support accepts from the other activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Ask, AskKind
from valuechain.deliver_support import policies
from valuechain.records.flows import Flow
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind

_TITLE = Ask("title", _("Title"), AskKind.LINE, required=False,
             help=_("Leave it empty to keep the title."))  # fmt: skip
_TEXT = Ask("description", _("The answer, written down"), required=False,
            help=_("Leave it empty to write it later."))  # fmt: skip


def _is_wanted(record: Any) -> Decision:
    if record.phase != "void":
        return ALLOW
    return deny(
        _("%(number)s was given up; there is nothing to put live.") % {"number": record.number},
        code="given_up",
    )


def _release(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["release"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        organisation=source.organisation,
        service=source.service,
        team=source.team,
    )


def _article(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["article"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=answers.get("description", ""),
        organisation=source.organisation,
        service=source.service,
    )


def _release_from(source: str, link: str, trigger: Any, given: Any) -> Flow:
    return Flow(
        name="release",
        sources=(source,),
        to="release",
        label=_("Put into a release"),
        build=_release,
        link=link,
        asks=(_TITLE,),
        may=policies.may_open_release,
        guard=_is_wanted,
        trigger=trigger,
        input=given,
        output=_("a service that is live as specified"),
    )


FLOWS = (
    _release_from(
        "design_spec", LinkKind.IMPLEMENTS, _("a specification is to go live"),
        _("the specification and every component built to it"),
    ),
    _release_from(
        "component", LinkKind.DEPLOYS, _("a component is, or will be, in place"),
        _("the component"),
    ),
    _release_from(
        "transition_plan", LinkKind.IMPLEMENTS, _("a transition is planned"),
        _("the plan: cut-over, back-out, training, support"),
    ),
    _release_from(
        "change", LinkKind.IMPLEMENTS, _("a change goes live with others"),
        _("the change it goes live under"),
    ),
    Flow(
        name="write_article",
        sources=("incident", "service_request", "problem", "improvement", "interaction"),
        to="article",
        label=_("Write an article of it"),
        build=_article,
        asks=(_TITLE, _TEXT),
        may=policies.may_write,
        guard=_is_wanted,
        trigger=_("somebody found an answer that others will need"),
        input=_("the question and how it was answered"),
        output=_("a published answer"),
    ),
)  # fmt: skip
