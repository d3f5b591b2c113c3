"""The ways a rule says no. One adapter turns each into a form error, another into problem+json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itsm.core.decisions import Decision, Sentence


class RuleViolation(Exception):  # noqa: N818 - it names what happened, and reads so in `raise`
    """A rule of the domain was not met: HTTP 409, or 400 when it concerns one field.

    `code` is stable and machine readable; `message` is written to the person; `field` names the
    form field or JSON key it concerns; `missing` lists what would have to be there.
    """

    status = 409

    def __init__(
        self,
        code: str,
        message: Sentence,
        *,
        field: str | None = None,
        missing: Iterable[str] = (),
    ) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message
        self.field = field
        self.missing = tuple(missing)


class NotOffered(RuleViolation):
    """The transition is not offered from the state the record is in: HTTP 409."""


class Denied(RuleViolation):
    """The actor may see the record but may not do this: HTTP 403."""

    status = 403

    @classmethod
    def because(cls, decision: Decision) -> Denied:
        """Turn a refusing decision into the exception that carries its sentence."""
        return cls(decision.code, decision.reason, missing=decision.missing)


class FieldErrors(RuleViolation):
    """One or more values do not have the shape asked for: HTTP 400, one message per field.

    `errors` maps a field name to the list of `(code, message)` found wrong with it.
    """

    status = 400

    def __init__(self, errors: Mapping[str, Sequence[tuple[str, Sentence]]]) -> None:
        field, found = next(iter(errors.items()))
        super().__init__("not_understood", found[0][1], field=field)
        self.errors = errors


class StaleVersion(RuleViolation):
    """Somebody changed the record since it was read: HTTP 412, nothing was written."""

    status = 412

    def __init__(self, message: Sentence, *, current_version: int) -> None:
        super().__init__("stale_version", message)
        self.current_version = current_version
