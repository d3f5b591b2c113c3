"""One thing done to many records: exactly those confirmed, each by its own rules, each with its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, NotOffered, RuleViolation, StaleVersion
from valuechain.records.actions import columns_of, put_back
from valuechain.records.actions.viewing import close_run, keep_run
from valuechain.records.filters import filterset_for
from valuechain.records.models import BulkRun, Record
from valuechain.records.operations import Operation
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.vocabulary import Via

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

#: More than this is a project, not a click.
MOST = 1_000
#: How long a confirmation page stays good, in seconds.
GOOD_FOR = 3_600
#: How long what was done can be taken back.
UNDO_FOR = timedelta(minutes=10)
_signer = signing.TimestampSigner(salt="valuechain.records.bulk")


@dataclass(frozen=True)
class Scope:
    """The records a person confirmed: named ones with the version seen, or all that match filters.

    The scope travels from the list through the confirmation page as a signed token. A filter is run
    again when it is acted on; when it then finds another number of records, nothing is done.
    """

    resource: str
    versions: Mapping[str, int] = field(default_factory=dict)
    filters: str = ""
    count: int = 0

    @property
    def is_filter(self) -> bool:
        return not self.versions

    def records(self, actor: Any, request: HttpRequest) -> RecordQuerySet:
        """Return the records in scope that the actor may see."""
        found: RecordQuerySet = Record.objects.visible_to(actor).of_resource(self.resource)
        if self.versions:
            return found.filter(number__in=self.versions)
        filterset = filterset_for(self.resource)(
            QueryDict(self.filters), queryset=found, request=request
        )
        return filterset.qs if filterset.is_valid() else found.none()

    def counted(self, actor: Any, request: HttpRequest) -> Scope:
        """Return the scope with what its filter finds now."""
        if not self.is_filter:
            return self
        count = self.records(actor, request).count()
        return Scope(self.resource, filters=self.filters, count=count)

    def token(self) -> str:
        """Return the scope as a signed text for a hidden field."""
        return _signer.sign_object(
            {
                "resource": self.resource,
                "versions": dict(self.versions),
                "filters": self.filters,
                "count": self.count,
            }
        )

    @classmethod
    def of_numbers(
        cls, resource: str, records: Iterable[Record], seen: Mapping[str, int] | None = None
    ) -> Scope:
        """Return the scope of named records, each at the version seen in the list, or as it is."""
        known = seen or {}
        versions = {record.number: known.get(record.number, record.version) for record in records}
        return cls(resource, versions=versions, count=len(versions))

    @classmethod
    def from_token(cls, token: str) -> Scope:
        """Read a signed scope; RuleViolation when it was altered or is older than an hour."""
        try:
            given = _signer.unsign_object(token, max_age=GOOD_FOR)
        except signing.BadSignature:
            raise RuleViolation(
                "selection_lost", _("This selection is too old. Select the records again.")
            ) from None
        return cls(**given)


CHANGED, SKIPPED, FAILED = "changed", "skipped", "failed"


@dataclass(frozen=True)
class Result:
    """What became of one record: changed, skipped because a rule says so, or failed."""

    record: Record
    outcome: str
    reason: Sentence = ""


@dataclass
class Report:
    """What became of all of them, and what takes it back."""

    results: list[Result] = field(default_factory=list)
    run: BulkRun | None = None

    def of(self, outcome: str) -> list[Result]:
        return [result for result in self.results if result.outcome == outcome]


def refuse_moved(scope: Scope, now: int) -> None:
    """Raise RuleViolation("selection_moved") when a filter finds another number than was confirmed."""
    if scope.is_filter and now != scope.count:
        raise RuleViolation(
            "selection_moved",
            _("When you looked, %(before)d matched; now %(now)d do. Look again, then confirm.")
            % {"before": scope.count, "now": now},
        )


def act_on_all(
    scope: Scope,
    operation: Operation,
    *,
    actor: Any,
    request: HttpRequest,
    data: Mapping[str, Any],
) -> Report:
    """Do one thing to every record in scope, each in its own transaction.

    A record that changed since it was selected, does not offer it or refuses it is left as it is, with
    the reason. Raises RuleViolation("selection_moved") before anything is done.
    """
    records = list(scope.records(actor, request).order_by("pk")[: MOST + 1])
    refuse_moved(scope, len(records))
    report = Report()
    undo: list[dict[str, Any]] = []
    for record in records:
        result, before = _act(record, scope, operation, actor=actor, data=data)
        report.results.append(result)
        if before is not None:
            undo.append(before)
    if undo:
        report.run = keep_run(scope.resource, operation.name, undo, actor=actor)
    return report


@dataclass(frozen=True)
class Foreseen:
    """What would become of one record, in words; or why it would be left as it is."""

    record: Record
    words: Sentence = ""
    refusal: Sentence = ""


def foreseen(
    scope: Scope,
    operation: Operation,
    *,
    actor: Any,
    request: HttpRequest,
    data: Mapping[str, Any],
) -> list[Foreseen]:
    """Say of each record in scope what the operation would do to it. Nothing is done."""
    found = []
    for record in scope.records(actor, request).order_by("pk")[:MOST]:
        try:
            words = operation.foresee(record.specific, data, actor) if operation.foresee else ""
            found.append(Foreseen(record, words))
        except RuleViolation as refusal:
            found.append(Foreseen(record, refusal=refusal.message))
    return found


def _act(
    record: Record, scope: Scope, operation: Operation, *, actor: Any, data: Mapping[str, Any]
) -> tuple[Result, dict[str, Any] | None]:
    version = scope.versions.get(record.number)
    before = columns_of(record.specific)
    try:
        is_reversible = operation.act(record, data, actor, version)
    except StaleVersion:
        why = _("Somebody changed it since you selected it.")
        return Result(record, FAILED, why), None
    except (NotOffered, Denied) as refusal:
        return Result(record, SKIPPED, refusal.message), None
    except FieldErrors as problem:
        return Result(record, FAILED, problem.message), None
    except RuleViolation as refusal:
        return Result(record, SKIPPED, refusal.message), None
    now = type(record.specific)._default_manager.get(pk=record.pk)
    after = columns_of(now)
    changed = {name: value for name, value in before.items() if value != after[name]}
    result = Result(now, CHANGED)
    if not (is_reversible and changed):
        return result, None
    return result, {"number": record.number, "version": now.version, "before": changed}


def may_undo(run: BulkRun, actor: Any) -> bool:
    """Whether what was done can still be taken back by the actor."""
    is_fresh = clock.now() - run.at <= UNDO_FOR
    return run.actor_id == actor.pk and run.undone_at is None and is_fresh


def undo_all(run: BulkRun, *, actor: Any) -> Report:
    """Take back what one run did, record by record; one that went on meanwhile stays as it is.

    Raises RuleViolation("too_late") when it was taken back before, or is too long ago.
    """
    if not may_undo(run, actor) or not close_run(run):
        raise RuleViolation(
            "too_late", _("This can be taken back once, within 10 minutes, by whoever did it.")
        )
    report = Report()
    visible = Record.objects.visible_to(actor).of_resource(run.resource)
    found = {r.number: r for r in visible.filter(number__in=[c["number"] for c in run.changed])}
    for change in run.changed:
        record = found.get(change["number"])
        if record is None:
            continue
        try:
            event = put_back(
                record,
                change["before"],
                actor=actor,
                via=Via.HTML,
                expected_version=change["version"],
            )
        except StaleVersion:
            why = _("It went on since; change it by hand.")
            report.results.append(Result(record, FAILED, why))
        except RuleViolation as refusal:
            report.results.append(Result(record, SKIPPED, refusal.message))
        else:
            report.results.append(Result(event.record, CHANGED))
    return report
