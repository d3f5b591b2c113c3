"""What the desk does to many tickets at once, beyond what is done to records of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from itsm.core.errors import RuleViolation
from itsm.core.machine import Ask, AskKind
from tickets import preparing
from tickets.actions.merging import moving
from tickets.prepared import Macro
from valuechain.records.models import Record
from valuechain.records.operations import Operation, foresights, own_operations

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


def register() -> None:
    """Offer macros for many tickets, and say what a merge of many would move."""
    own_operations["tickets"] = (
        Operation(
            "macro",
            gettext_lazy("Macro"),
            (),
            _run_macro,
            keys="m",
            icon="arrow",
            asked=_which_macro,
            foresee=_macro_would,
        ),
    )
    foresights["tickets", "merge"] = _merge_would


def _which_macro(actor: Any) -> tuple[Ask, ...]:
    known = [
        (str(pk), title) for pk, title in Macro.objects.visible_to(actor).values_list("pk", "title")
    ]
    words = _("What it does is shown for each ticket before it is done.")
    if not known:
        words = _("No macro is kept ready yet. Write one under Canned replies and macros.")
    return (Ask("macro", _("Macro"), AskKind.CHOICE, choices=tuple(known), help=words),)


def _macro(data: Mapping[str, Any], actor: Any) -> Macro:
    found = (
        Macro.objects.visible_to(actor).select_related("to_team").filter(pk=data["macro"]).first()
    )
    if found is None:
        raise RuleViolation("macro_gone", _("This macro is not kept any more."))
    return found


def _run_macro(record: Record, data: Mapping[str, Any], actor: Any, version: int | None) -> bool:
    preparing.run(_macro(data, actor), record.specific, actor=actor, expected_version=version)
    return False


def _macro_would(record: Record, data: Mapping[str, Any], actor: Any) -> Sentence:
    macro = _macro(data, actor)
    if refusal := preparing.refusal_of(macro, record, actor=actor):
        raise RuleViolation("macro_refused", refusal)
    return "; ".join(change["what"] for change in preparing.changes_of(macro, record, actor=actor))


def _merge_would(record: Record, data: Mapping[str, Any], actor: Any) -> Sentence:
    """Say what a merge into the ticket that stays would move there."""
    found = moving(record, data["into"], actor=actor)
    parts = [
        ngettext("%(n)d message", "%(n)d messages", found.messages) % {"n": found.messages},
        ngettext("%(n)d note", "%(n)d notes", found.notes) % {"n": found.notes},
        ngettext("%(n)d file", "%(n)d files", found.files) % {"n": found.files},
    ]
    words = _("moves %(what)s to %(number)s") % {
        "what": ", ".join(parts),
        "number": data["into"].number,
    }
    return (
        f"{words}; {_('%(people)s join') % {'people': ', '.join(found.people)}}"
        if found.people
        else words
    )
