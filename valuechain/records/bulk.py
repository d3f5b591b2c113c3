"""One step for many records: exactly those confirmed, each by its own rules, each with its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import FieldErrors, RuleViolation, StaleVersion
from itsm.core.machine import Transition
from valuechain.records.actions import perform
from valuechain.records.filters import filterset_for
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.vocabulary import Via

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

#: More than this is a project, not a click.
MOST = 1_000
#: How long a confirmation page stays good, in seconds.
GOOD_FOR = 3_600
_signer = signing.TimestampSigner(salt="valuechain.records.bulk")


@dataclass(frozen=True)
class Scope:
    """The records a person confirmed: named ones with the version seen, or all that match filters.

    The scope travels through the confirmation page as a signed token. A filter is run again when it is
    acted on; when it then finds another number of records, nothing is done.
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
    def of_numbers(cls, resource: str, records: Iterable[Record]) -> Scope:
        versions = {record.number: record.version for record in records}
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


@dataclass(frozen=True)
class Result:
    """What became of one record."""

    record: Record
    is_done: bool
    reason: Sentence = ""


def steps_of(resource: str) -> list[Transition]:
    """Return the transitions a resource's kinds offer people, each name once."""
    found: dict[str, Transition] = {}
    for kind in kinds.of_resource(resource):
        for transition in kind.machine.transitions:
            if not transition.is_hidden:
                found.setdefault(transition.name, transition)
    return list(found.values())


def move_all(
    scope: Scope, name: str, *, actor: Any, request: HttpRequest, data: Mapping[str, Any]
) -> list[Result]:
    """Take one transition on every record in scope, each in its own transaction.

    A record that changed since it was selected, does not offer the step or refuses it is left as it is,
    with the reason. Raises RuleViolation("selection_moved") before anything is done when a filter now
    finds another number of records.
    """
    records = list(scope.records(actor, request).order_by("pk")[: MOST + 1])
    if scope.is_filter and len(records) != scope.count:
        raise RuleViolation(
            "selection_moved",
            _("When you looked, %(before)d matched; now %(now)d do. Look again, then confirm.")
            % {"before": scope.count, "now": len(records)},
        )
    return [_move(record, scope, name, actor=actor, data=data) for record in records]


def _move(
    record: Record, scope: Scope, name: str, *, actor: Any, data: Mapping[str, Any]
) -> Result:
    try:
        event = perform(
            record,
            name,
            actor=actor,
            via=Via.HTML,
            data=data,
            expected_version=scope.versions.get(record.number),
        )
    except StaleVersion:
        return Result(record, is_done=False, reason=_("Somebody changed it since you selected it."))
    except FieldErrors as problem:
        return Result(record, is_done=False, reason=problem.message)
    except RuleViolation as refusal:
        return Result(record, is_done=False, reason=refusal.message)
    return Result(event.record, is_done=True)
