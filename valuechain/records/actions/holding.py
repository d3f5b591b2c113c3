"""What the table of a kind demands of its values, said in words before the database says no."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from itsm.core.errors import RuleViolation
from valuechain.records.models import Record


def refuse_broken(record: Record) -> None:
    """Raise RuleViolation, coded with the constraint's name, when a value breaks one of the kind.

    One query for each check constraint of the kind's own table; most kinds have none or one.
    """
    for constraint in record._meta.constraints:
        if not isinstance(constraint, models.CheckConstraint):
            continue
        try:
            constraint.validate(type(record), record)
        except ValidationError as problem:
            raise RuleViolation(constraint.name, problem.messages[0]) from problem
