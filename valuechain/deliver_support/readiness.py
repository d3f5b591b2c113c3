"""What a release still lacks before it can go live, condition by condition.

The guards of the machine, the REST answer and the page all read the same list, so none of them can
say go while another says no.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import SYSTEM
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Phase
from valuechain.deliver_support.calendar import sources
from valuechain.deliver_support.models import ChangeFreeze, Deployment, Release
from valuechain.records.kinds import kinds
from valuechain.records.models import Link, Record
from valuechain.records.vocabulary import LinkKind

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


@dataclass(frozen=True)
class Blocker:
    """One thing that is missing: a sentence, and the record it concerns if there is one."""

    name: str
    sentence: Sentence
    record: Record | None = None


@dataclass(frozen=True)
class Condition:
    """One line of the go/no-go list; it is met when nothing is missing."""

    name: str
    label: Sentence
    missing: tuple[Blocker, ...] = field(default=())

    @property
    def is_met(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Parts:
    """What a release is tied to: the components it is to deploy, its specifications and changes."""

    components: list[Record]
    specs: list[int]
    changes: list[Record]


def parts_of(release: Any) -> Parts:
    """Return what a release consists of. Two queries.

    Its components are those linked to it, and those built to a specification it implements that no
    other release takes. A component that was dropped is nobody's concern, nor is a change that was
    given up; changes count whichever way round they are linked.
    """
    ties = Link.objects.filter(Q(source_id=release.pk) | Q(target_id=release.pk))
    direct, specs = [], []
    changes: dict[int, Record] = {}
    for tie in ties.select_related("source", "target"):
        other = tie.target if tie.source_id == release.pk else tie.source
        if other.kind == "change" and other.phase != Phase.VOID:
            changes[other.pk] = other
        if tie.source_id != release.pk:
            continue
        if tie.kind == LinkKind.DEPLOYS and other.kind == "component":
            direct.append(other.pk)
        if tie.kind == LinkKind.IMPLEMENTS and other.kind == "design_spec":
            specs.append(other.pk)
    return Parts(_components(direct, specs), specs, [changes[pk] for pk in sorted(changes)])


def _components(direct: list[int], specs: list[int]) -> list[Record]:
    if "component" not in kinds or not (direct or specs):
        return []
    built = Link.objects.filter(
        kind=LinkKind.IMPLEMENTS, target_id__in=specs, source__kind="component"
    ).values("source_id")
    elsewhere = Link.objects.filter(
        kind=LinkKind.DEPLOYS, source__kind="release", target__kind="component"
    ).exclude(source__phase=Phase.VOID)
    found = kinds["component"].model._default_manager.filter(
        Q(pk__in=direct) | Q(pk__in=built) & ~Q(pk__in=elsewhere.values("target_id"))
    )
    return list(found.exclude(phase=Phase.VOID).order_by("pk"))


def _contents_named(parts: Parts) -> Condition:
    missing: tuple[Blocker, ...] = ()
    if not (parts.components or parts.specs or parts.changes):
        missing = (
            Blocker("contents", _("Link the components, specifications or changes it contains.")),
        )
    return Condition("contents", _("It says what it contains"), missing)


def _components_available(parts: Parts) -> Condition:
    missing = []
    for component in parts.components:
        answer = component.kind_entry.assure("releasable", component)
        if not answer:
            missing.append(Blocker(component.number, answer.reason, component))
    return Condition("components", _("Every component it must have is in place"), tuple(missing))


def _tested(release: Any) -> Condition:
    missing: tuple[Blocker, ...] = ()
    if not release.tests_passed:
        missing = (Blocker("tests", _("Record that the tests passed, and what they showed.")),)
    return Condition("tests", _("The tests passed"), missing)


def _change_authorised(parts: Parts) -> Condition:
    found = parts.changes
    if any(change.kind_entry.assure("authorised", change) for change in found):
        return Condition("change", _("Its change is authorised"))
    missing = tuple(
        Blocker(change.number, _("%(number)s is not authorised yet.") % {"number": change.number},
                change)
        for change in found
    ) or (Blocker("change", _("Link the change it goes live under.")),)  # fmt: skip
    return Condition("change", _("Its change is authorised"), missing)


def _window_open(release: Any) -> Condition:
    return Condition(
        "window",
        _("Its window is outside every change freeze"),
        tuple(
            Blocker("freeze", words)
            for words in frozen(release, release.window_start, release.window_end)
        ),
    )


def frozen(record: Any, start: Any, end: Any) -> list[str]:
    """Say which change freezes a window of a record would fall into. One query, or none."""
    if start is None or end is None:
        return []
    freezes = ChangeFreeze.objects.holding_for(record).between(start, end)
    return [
        str(_("%(name)s: %(reason)s") % {"name": freeze.name, "reason": freeze.reason})
        for freeze in freezes
    ]


def overlaps_of(planned: Any) -> list[str]:
    """Number what else has the service of a release or deployment in its window.

    A few queries, once a request. A release, its deployments and the changes they go live under are
    one undertaking and no overlap.
    """
    if planned.window_start is None or planned.window_end is None or planned.service_id is None:
        return []
    known = planned.__dict__.setdefault("_overlaps", {})
    window = (planned.window_start, planned.window_end)
    if window not in known:
        known[window] = _overlaps(planned)
    found: list[str] = known[window]
    return found


def _overlaps(planned: Any) -> list[str]:
    release = getattr(planned, "release_id", planned.pk)
    ours = {planned.pk, release, getattr(planned, "under_change_id", None)}
    found = [
        entry.record
        for source in sources
        for entry in source(SYSTEM, planned.window_start, planned.window_end)
        if entry.record is not None
    ]
    others = {
        other.pk: other.number
        for other in found
        if other.service_id == planned.service_id
        and other.pk not in ours
        and getattr(other, "release_id", None) != release
    }
    if others:
        own = {planned.pk, release}
        tied = Link.objects.filter(
            Q(source_id__in=own, target__in=others) | Q(target_id__in=own, source__in=others)
        )
        for source_id, target_id in tied.values_list("source_id", "target_id"):
            others.pop(source_id, None)
            others.pop(target_id, None)
    return sorted(others.values())


def unaccepted_overlaps(planned: Any) -> list[str]:
    """Number what it overlaps with and nobody accepted yet; what holds for a release holds for it."""
    found = overlaps_of(planned)
    accepted = set(planned.overlaps_accepted)
    if found and hasattr(planned, "release_id"):
        release = Release.objects.filter(pk=planned.release_id)
        accepted |= set(release.values_list("overlaps_accepted", flat=True)[0])
    return [one for one in found if one not in accepted]


def planned_beside(change: Any, start: Any, end: Any) -> list[str]:
    """Number the releases and deployments that have a change's service in a window. Two queries.

    Those that go live under the change, or are linked to it, are one undertaking with it.
    """
    if change.service_id is None:
        return []
    tied = Link.objects.filter(Q(source_id=change.pk) | Q(target_id=change.pk))
    near = {pk for pair in tied.values_list("source_id", "target_id") for pk in pair}
    found: list[str] = []
    for model in (Release, Deployment):
        live = model._default_manager.live().filter(
            service_id=change.service_id, window_start__lt=end, window_end__gt=start
        )
        found += [
            one.number
            for one in live.order_by("pk")[:10]
            if not {one.pk, getattr(one, "release_id", one.pk)} & near
            and getattr(one, "under_change_id", None) != change.pk
        ]
    return found


def is_accepted(planned: Any) -> Decision:
    """Whether what it overlaps with was accepted, or there is nothing."""
    missing = unaccepted_overlaps(planned)
    if not missing:
        return ALLOW
    return deny(
        _("The service is taken at that time, and nobody accepted the overlap: %(numbers)s.")
        % {"numbers": ", ".join(missing)},
        missing=missing,
        code="overlap_not_accepted",
    )


def _alone_on_its_service(release: Any) -> Condition:
    missing = tuple(
        Blocker(
            "overlap",
            _("%(number)s has the service at that time, and nobody accepted it.")
            % {"number": number},
        )
        for number in unaccepted_overlaps(release)
    )
    return Condition("overlap", _("It overlaps with nothing, or somebody accepted it"), missing)


def is_overlapping(planned: Any) -> Decision:
    """Whether there is an overlap that nobody accepted yet."""
    if unaccepted_overlaps(planned):
        return ALLOW
    return deny(_("It overlaps with nothing that is not accepted."), code="no_overlap")


def conditions(release: Any) -> list[Condition]:
    """Return the whole go/no-go list of a release, met or not."""
    parts = parts_of(release)
    return [
        *_ready(release, parts),
        _change_authorised(parts),
        _window_open(release),
        _alone_on_its_service(release),
    ]


def _ready(release: Any, parts: Parts) -> list[Condition]:
    return [_contents_named(parts), _components_available(parts), _tested(release)]


def for_reader(found: Iterable[Condition], *, actor: Any) -> list[Condition]:
    """Return the list as somebody may read it: what they may not see is missing without its name."""
    found = list(found)
    named = [b.record.pk for c in found for b in c.missing if b.record is not None]
    if not named:
        return found
    seen = set(Record.objects.visible_to(actor).filter(pk__in=named).values_list("pk", flat=True))
    unseen = Blocker("hidden", _("Something you have no access to is not in place."))
    return [
        replace(
            condition,
            missing=tuple(
                dict.fromkeys(
                    blocker if blocker.record is None or blocker.record.pk in seen else unseen
                    for blocker in condition.missing
                )
            ),
        )
        for condition in found
    ]


def is_ready(release: Any) -> Decision:
    """Whether all it must have is in place and tested."""
    return _decided(_ready(release, parts_of(release)), code="not_ready")


def may_go_live(release: Any) -> Decision:
    """Whether it is ready still, its change is authorised and its window is open."""
    return _decided(conditions(release), code="not_ready_to_go_live")


def _decided(found: Iterable[Condition], *, code: str) -> Decision:
    missing = [blocker for condition in found for blocker in condition.missing]
    if not missing:
        return ALLOW
    return deny(
        " ".join(str(blocker.sentence) for blocker in missing),
        missing=[blocker.name for blocker in missing],
        code=code,
    )
