"""The kinds of improve as the registry knows them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from valuechain.improve import policies
from valuechain.improve.actions import edit_benefit, expect_benefit, give_feedback
from valuechain.improve.models import Benefit, Feedback, Improvement
from valuechain.improve.states import BENEFIT, FEEDBACK, IMPROVEMENT
from valuechain.records.kinds import Kind
from valuechain.records.policies import may_work
from valuechain.records.vocabulary import Activity

EXTERNAL = ("external_source", "external_id")

KINDS = (
    Kind(
        name="improvement",
        prefix="IMP",
        label=_("Improvement"),
        label_plural=_("Improvements"),
        activity=Activity.IMPROVE,
        resource="improvements",
        model=Improvement,
        machine=IMPROVEMENT,
        fields=(
            "title",
            "description",
            "service",
            "cause",
            "concerns",
            "measure",
            "unit",
            "baseline",
            "baseline_on",
            "target",
            "value",
            "effort",
            "owner",
            "team",
            "organisation",
            *EXTERNAL,
        ),
        fixed=("cause", "owner", *EXTERNAL),
        may_open=policies.may_suggest,
        may_edit=policies.may_suggest,
        help=_("Something can be done better, and it can be seen whether it was."),
    ),
    Kind(
        name="feedback",
        prefix="FB",
        label=_("Feedback"),
        label_plural=_("Feedback"),
        activity=Activity.IMPROVE,
        resource="feedback",
        model=Feedback,
        machine=FEEDBACK,
        fields=(
            "title",
            "description",
            "nature",
            "score",
            "about",
            "wants_call",
            "requester",
            "service",
            "channel",
            "organisation",
            *EXTERNAL,
        ),
        fixed=(
            "description",
            "nature",
            "score",
            "about",
            "requester",
            "channel",
            *EXTERNAL,
        ),
        required=("title", "requester"),
        may_open=policies.may_give_feedback,
        may_edit=policies.may_answer_feedback,
        opener=give_feedback,
        help=_("A complaint, a compliment, an idea or a rating."),
    ),
    Kind(
        name="benefit",
        prefix="BEN",
        label=_("Benefit"),
        label_plural=_("Benefits"),
        activity=Activity.IMPROVE,
        resource="benefits",
        model=Benefit,
        machine=BENEFIT,
        fields=(
            "title",
            "description",
            "about",
            "measure",
            "unit",
            "baseline",
            "target",
            "check_on",
            "requester",
            "organisation",
            *EXTERNAL,
        ),
        fixed=("about", *EXTERNAL),
        required=("title", "about", "measure", "check_on", "requester"),
        may_open=may_work,
        may_edit=may_work,
        opener=expect_benefit,
        editor=edit_benefit,
        help=_("What a need or a release is to bring, and when that is asked."),
    ),
)
