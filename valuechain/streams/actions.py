"""What is done with value streams: draw them, start a run, take a record along a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from itsm.accounts.models import Organisation, User
from itsm.accounts.trail import changing
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.records.models import Link, Record
from valuechain.records.policies import may_work
from valuechain.records.vocabulary import LinkKind
from valuechain.streams.models import Instance, Step, ValueStream, Visit, next_slug
from valuechain.streams.policies import may_draw
from valuechain.streams.vocabulary import Order

#: More would not be read on one map.
MOST_STEPS = 40
#: A link of another kind says that two things touch, not that one goes on where the other ended.
GOES_ON = frozenset(
    {
        LinkKind.DERIVED_FROM, LinkKind.FULFILS, LinkKind.SATISFIES, LinkKind.IMPLEMENTS,
        LinkKind.DEPLOYS, LinkKind.CAUSED_BY, LinkKind.CHILD_OF,
    }
)  # fmt: skip
#: A run that begins late takes along this many records that came of its first one already.
MOST_CAUGHT_UP = 200
STREAM_FIELDS = ("name", "trigger", "outcome", "owner", "order")


@transaction.atomic
def create_stream(
    *,
    actor: Any,
    organisation: Organisation,
    owner: User | None = None,
    steps: Iterable[Mapping[str, Any]] = (),
    **values: Any,
) -> ValueStream:
    """Draw a stream with its steps in order. Raises Denied or RuleViolation("too_many_steps")."""
    _require(may_draw(actor, organisation))
    slug = next_slug(slugify(values["name"])[:50] or "stream")
    with changing(actor, "value_stream", also=_drawn) as change:
        stream = change.row = ValueStream.objects.create(
            slug=slug, organisation=organisation, owner_id=(owner or actor).pk, **values
        )
        for step in steps:
            _add(stream, step)
    return stream


@transaction.atomic
def change_stream(stream: ValueStream, changes: Mapping[str, Any], *, actor: Any) -> ValueStream:
    """Change the words, owner or order of a stream; its address stays. Raises Denied."""
    _require(may_draw(actor, stream.organisation))
    given = [name for name in STREAM_FIELDS if name in changes]
    with changing(actor, "value_stream", stream, also=_drawn):
        for name in given:
            setattr(stream, name, changes[name])
        stream.save(update_fields=given)
    return stream


@transaction.atomic
def add_step(stream: ValueStream, *, actor: Any, **values: Any) -> Step:
    """Add a step at the end. Raises Denied or RuleViolation("too_many_steps")."""
    _require(may_draw(actor, stream.organisation))
    _lock(stream)
    with changing(actor, "value_stream", stream, also=_drawn):
        return _add(stream, values)


def _add(stream: ValueStream, values: Mapping[str, Any]) -> Step:
    positions = list(stream.steps.values_list("position", flat=True))
    if len(positions) >= MOST_STEPS:
        raise RuleViolation(
            "too_many_steps", _("A stream has at most %(most)s steps.") % {"most": MOST_STEPS}
        )
    return Step.objects.create(stream=stream, position=max(positions, default=0) + 1, **values)


def _drawn(stream: ValueStream) -> dict[str, Any]:
    """Return the steps in their order, for the trail."""
    steps = Step.objects.filter(stream_id=stream.pk)
    return {"steps": [f"{step.name} ({step.get_activity_display()})" for step in steps]}


@transaction.atomic
def move_step(step: Step, *, up: bool, actor: Any) -> None:
    """Swap a step with the one before it or, with `up` false, after it. Raises Denied."""
    _require(may_draw(actor, step.stream.organisation))
    _lock(step.stream)
    steps = list(Step.objects.filter(stream_id=step.stream_id))
    here = next((n for n, other in enumerate(steps) if other.pk == step.pk), None)
    there = None if here is None else here + (-1 if up else 1)
    if here is None or there is None or not 0 <= there < len(steps):
        return
    one, other = steps[here], steps[there]
    with changing(actor, "value_stream", step.stream, also=_drawn):
        one.position, other.position = other.position, one.position
        Step.objects.bulk_update([one, other], ["position"])


@transaction.atomic
def remove_step(step: Step, *, actor: Any) -> None:
    """Take a step out. Raises Denied, or RuleViolation("step_used") once records went along it."""
    _require(may_draw(actor, step.stream.organisation))
    _lock(step.stream)
    if step.visits.exists():
        raise RuleViolation(
            "step_used", _("Records went along this step; it stays, so that their times do.")
        )
    with changing(actor, "value_stream", step.stream, also=_drawn):
        step.delete()


@transaction.atomic
def start_instance(stream: ValueStream, record: Record, *, actor: Any) -> Instance:
    """Begin a run with its first record, taken along the first step that fits; twice is once.

    Raises Denied, or RuleViolation when no step of the record's activity may come first.
    """
    _require(may_work(actor, record))
    instance, is_new = Instance.objects.get_or_create(
        stream=stream, first=record, defaults={"started_by_id": actor.pk}
    )
    if is_new and take_where_it_fits(instance, record, actor=actor) is None:
        raise RuleViolation(
            "no_step_fits",
            _("No step of this stream begins with work of “%(activity)s”.")
            % {"activity": record.kind_entry.activity.replace("_", " ")},
            field="record",
        )
    if is_new:
        _catch_up(instance, actor=actor)
    return instance


def _catch_up(instance: Instance, *, actor: Any) -> None:
    """Take along what came of the first record before the run began, in the order it came."""
    known, edge = {instance.first_id}, {instance.first_id}
    while edge and len(known) <= MOST_CAUGHT_UP:
        found = Link.objects.filter(target_id__in=edge, kind__in=GOES_ON)
        edge = set(found.values_list("source_id", flat=True)) - known
        known |= edge
    later: Any = Record.objects.visible_to(actor).filter(pk__in=known - {instance.first_id})
    for record in later.order_by("opened_at", "pk")[:MOST_CAUGHT_UP]:
        if may_work(actor, record):
            take_where_it_fits(instance, record, actor=actor)


@transaction.atomic
def take_step(instance: Instance, step: Step, record: Record, *, actor: Any) -> Visit:
    """Say that a record does the work of a step in this run; saying it twice changes nothing.

    Raises Denied; FieldErrors for a step of another stream; RuleViolation with the code
    "other_activity", "step_taken" or "out_of_order".
    """
    _require(may_work(actor, record))
    if step.stream_id != instance.stream_id:
        raise FieldErrors({"step": [("not_found", _("This stream has no such step."))]})
    held = Instance.objects.select_for_update(no_key=True).get(pk=instance.pk)
    visits = list(held.visits.all())
    for visit in visits:
        if visit.step_id == step.pk and visit.record_id == record.pk:
            return visit
    reason = refusal(instance.stream, step, record, visits)
    if reason is not None:
        raise reason
    return Visit.objects.create(
        instance=held,
        step=step,
        record=record,
        sequence=max((visit.sequence for visit in visits), default=0) + 1,
        at=clock.now(),
        by_id=actor.pk,
    )


def take_where_it_fits(instance: Instance, record: Record, *, actor: Any) -> Visit | None:
    """Take a record along the step of its activity that comes next; None where none may.

    Steps after the one taken last are tried before those that lie behind it, untouched ones first.
    """
    visits = list(instance.visits.select_related("step"))
    if any(visit.record_id == record.pk for visit in visits):
        return None
    last = visits[-1].step.position if visits else 0
    used = {visit.step_id for visit in visits}
    steps = sorted(
        instance.stream.steps.filter(activity=record.kind_entry.activity),
        key=lambda step: (step.pk in used, step.position <= last, step.position),
    )
    for step in steps:
        if refusal(instance.stream, step, record, visits) is None:
            return take_step(instance, step, record, actor=actor)
    return None


def refusal(
    stream: ValueStream, step: Step, record: Record, visits: Iterable[Visit]
) -> RuleViolation | None:
    """Return why the record may not take the step now, or None when it may."""
    if step.activity != record.kind_entry.activity:
        return RuleViolation(
            "other_activity",
            _("“%(step)s” is work of “%(activity)s”, which %(number)s is not.")
            % {
                "step": step.name,
                "activity": step.get_activity_display(),
                "number": record.number,
            },
            field="record",
        )
    used = {visit.step_id for visit in visits}
    if step.pk in used and not step.is_repeatable:
        return RuleViolation(
            "step_taken",
            _("“%(step)s” was taken already and may not be repeated.") % {"step": step.name},
            field="step",
        )
    if stream.order == Order.FREE:
        return None
    steps = list(stream.steps.all())
    missing = [
        other.name
        for other in steps
        if other.position < step.position and not other.is_optional and other.pk not in used
    ]
    if missing:
        return RuleViolation(
            "out_of_order",
            _("Before “%(step)s” comes: %(missing)s.")
            % {"step": step.name, "missing": ", ".join(missing)},
            field="step",
            missing=missing,
        )
    later = [other.name for other in steps if other.position > step.position and other.pk in used]
    if stream.order == Order.STRICT and later:
        return RuleViolation(
            "out_of_order",
            _("The work is past “%(step)s” already: %(later)s was taken.")
            % {"step": step.name, "later": later[-1]},
            field="step",
        )
    return None


def _require(decision: Any) -> None:
    if not decision:
        raise Denied.because(decision)


def _lock(stream: ValueStream) -> None:
    """Let one person at a time change the steps of a stream."""
    ValueStream.objects.select_for_update().get(pk=stream.pk)
