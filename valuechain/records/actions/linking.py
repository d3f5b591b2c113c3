"""Tying records together, and keeping what must not run in a circle from doing so."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.records import events, policies
from valuechain.records.actions.locking import never_in_each_others_way
from valuechain.records.models import Link, Record
from valuechain.records.vocabulary import ACYCLIC, LinkKind


@transaction.atomic
def link_records(source: Record, target: Record, kind: str, *, actor: Any, via: str) -> Link:
    """Say that `source` `kind` `target`. Saying it twice changes nothing.

    Raises Denied, and RuleViolation("link_to_itself" | "link_in_a_circle").
    """
    if kind not in LinkKind.values:
        words = ", ".join(LinkKind.values)
        raise FieldErrors(
            {"kind": [("not_understood", _("Choose one of: %(words)s.") % {"words": words})]}
        )
    if source.pk == target.pk:
        raise RuleViolation("link_to_itself", _("A record cannot be linked to itself."))
    _require_one_end(source, target, actor)
    _lock_both(source, target)
    existing = Link.objects.filter(source=source, target=target, kind=kind).first()
    if existing is not None:
        return existing
    if kind in ACYCLIC and _leads_to(target.pk, source.pk, kind):
        raise RuleViolation(
            "link_in_a_circle",
            _(
                "%(target)s already leads to %(source)s by links of this kind; this one would close a circle."
            )
            % {"target": target.number, "source": source.number},
        )
    link = Link.objects.create(source=source, target=target, kind=kind, created_by_id=actor.pk)
    _tell_both(link, source, target, "added", actor=actor, via=via)
    return link


@transaction.atomic
def unlink_records(link: Link, *, actor: Any, via: str) -> None:
    """Take a link away again; the audit trail keeps that it was there."""
    _require_one_end(link.source, link.target, actor)
    source, target = _lock_both(link.source, link.target)
    gone, _rows = Link.objects.filter(pk=link.pk).delete()
    if gone:
        _tell_both(link, source, target, "removed", actor=actor, via=via)


def _require_one_end(source: Record, target: Record, actor: Any) -> None:
    decision = policies.may_work(actor, source) or policies.may_work(actor, target)
    if not decision:
        raise Denied.because(decision)


def _lock_both(*records: Record) -> list[Record]:
    """Lock both ends in the order of their ids, so that two people cannot wait on each other."""
    both = Record.objects.filter(pk__in=[r.pk for r in records]).order_by("pk")
    with never_in_each_others_way():
        found = {r.pk: r for r in both.select_for_update(no_key=True)}
    for record in records:
        record.event_count = found[record.pk].event_count
        record.event_hash = found[record.pk].event_hash
    return [found[record.pk] for record in records]


def _tell_both(
    link: Link, source: Record, target: Record, what: str, *, actor: Any, via: str
) -> None:
    for record, other, direction in ((source, target, "out"), (target, source, "in")):
        events.append(
            record,
            f"link.{what}",
            actor=actor,
            via=via,
            data={"kind": link.kind, "other": other.number, "direction": direction},
            is_internal=True,
        )


def _leads_to(start: int, goal: int, kind: str) -> bool:
    """Whether links of one kind lead from one record to another. One query."""
    with connection.cursor() as cursor:
        # Two writers closing one circle from both ends would not see each other's rows.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"acyclic:{kind}"])
        cursor.execute(
            """
            WITH RECURSIVE reached(id) AS (
                SELECT %s::bigint
                UNION
                SELECT link.target_id FROM records_link link
                JOIN reached ON link.source_id = reached.id WHERE link.kind = %s
            )
            SELECT EXISTS (SELECT 1 FROM reached WHERE id = %s)
            """,
            [start, kind, goal],
        )
        (found,) = cursor.fetchone()
    return bool(found)
