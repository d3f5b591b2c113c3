"""Reads over records that chain, and `visible_to`, the one rule of who sees what."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, cast

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When

from itsm.accounts.access import NOTES_SCOPE
from itsm.accounts.models import User
from itsm.core.machine import Phase
from itsm.core.statements import Given, Statement
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import LIVE_PHASES, LinkKind, Via, Visibility

if TYPE_CHECKING:
    from itsm.accounts.access import Access, Sight
    from valuechain.records.models import Record

#: From how many letters on a word can be found by its beginning, though others follow it.
WORD_BEGINS = 3
#: So many people are looked at whom a word of a search could name.
MOST_NAMED = 200
#: From how many expected hits on a list of records is read in its order, and not gathered first.
BROAD = 8_000


def staff_rule(access: Access | Sight, prefix: str = "") -> Q | None:
    """The SQL twin of `Access.works_on`. None means everything; an empty Q never occurs.

    `prefix` is the path from the model at hand to the record, such as `record__`.
    """
    if access.works_everywhere:
        return None
    if not access.is_staff:
        return Q(pk__in=[])
    rule = (
        Q(**{f"{prefix}organisation_id__in": _any_of(access.staff_organisations)})
        | Q(**{f"{prefix}team_id__in": _any_of(access.staff_teams)})
        | Q(**{f"{prefix}owner_id": access.user_id})
    )
    return _limited(rule, access, prefix)


def visible_rule(access: Access | Sight, prefix: str = "") -> Q | None:
    """Who sees a record: those who work on it, take part in it, or share it. None: everything."""
    from valuechain.records.models import Participation

    staff = staff_rule(access, prefix)
    if staff is None:
        return None
    if access.user_id is None:
        return Q(pk__in=[])
    # Not `IN`: whoever takes part in thousands would have all of them read for one record. PostgreSQL
    # still gathers them first where it expects to look at many.
    theirs = Participation.objects.filter(record=OuterRef(f"{prefix}pk"), person=access.user_id)
    rule = Q(Exists(theirs))
    if access.is_staff:
        rule = staff | rule
    if access.shared_organisation_id is not None:
        rule |= Q(
            **{
                f"{prefix}organisation_id": access.shared_organisation_id,
                f"{prefix}kind__in": [kind.name for kind in kinds if kind.faces_requesters],
            }
        )
    for kind in kinds:
        if kind.public_states:
            rule |= Q(
                **{f"{prefix}kind": kind.name, f"{prefix}state__in": list(kind.public_states)}
            )
    return _limited(rule, access, prefix)


def _limited(rule: Q, access: Access | Sight, prefix: str) -> Q:
    if access.limit is None:
        return rule
    return rule & Q(**{f"{prefix}organisation_id__in": _any_of(access.limit)})


def _any_of(ids: frozenset[int] | Given) -> Any:
    return ids if isinstance(ids, Given) else sorted(ids)


def to_search_query(
    words: str, *, weight: str = "", beginnings: bool = False
) -> SearchQuery | None:
    """Turn what somebody typed into a query that finds records holding every word.

    The last word matches by its beginning, so that results appear while typing; with `beginnings`
    so does every word of three letters, which takes twice as long. With the weight "A" the words
    have to be in the number or the title. None when nothing searchable was typed.
    """
    found = [word for word in re.findall(r"[\w@.+-]+", words) if re.search(r"\w", word)]
    if not found:
        return None
    *others, last = found
    whole = (_term(word, weight, beginnings=beginnings) for word in others)
    terms = [*whole, _term(last, weight, beginnings=beginnings, is_last=True)]
    return SearchQuery(" & ".join(terms), search_type="raw", config="throughline")


#: What rows and pages show of the people and things a record points at; the rest of their columns
#: would make a row three times as wide.
_OTHERS = ("owner", "requester", "team", "organisation", "service")
_SHOWN_OF_OTHERS = (
    *(f"{who}__{what}" for who in ("owner", "requester") for what in ("name", "email", "phone")),
    "team__name",
    "organisation__name",
    *(f"service__{what}" for what in ("number", "kind", "resource", "title", "state", "phase")),
)


@cache
def _header_columns(model: Any) -> tuple[str, ...]:
    """Name the columns of a record's own tables, but for what the database makes for itself."""
    return tuple(field.name for field in model._meta.concrete_fields if not field.generated)


def is_broad(words: str, *, beginnings: bool = False) -> bool:
    """Say whether PostgreSQL expects the words in more than BROAD headers and messages.

    Asked of the planner's statistics, which takes the same time however much there is. How records
    are then looked for depends on it, what is found does not.
    """
    from valuechain.records.models import Comment, Record

    query = to_search_query(words, beginnings=beginnings)
    if query is None:
        return False
    headers = Record.objects.order_by().filter(search=query).values("pk")
    said = Comment.objects.order_by().filter(search=query).values("record_id")
    (plan,) = json.loads(headers.union(said, all=True).explain(format="json"))
    return bool(plan["Plan"]["Plan Rows"] > BROAD)


def _term(word: str, weight: str, *, beginnings: bool, is_last: bool = False) -> str:
    """Write one word of a query."""
    pieces = re.findall(r"\w+", word)
    *whole, last = pieces
    apart = [_piece(piece, weight, begins=_may_begin(piece) and beginnings) for piece in whole]
    apart.append(_piece(last, weight, begins=is_last or (_may_begin(last) and beginnings)))
    every = " & ".join(apart)
    if len(pieces) == 1 or not re.search(r"[.@]\w", word):
        return every
    # PostgreSQL keeps addresses, names of computers and versions in one piece.
    return f"('{word.strip('.@+-')}':*{weight} | {every})"


def _may_begin(piece: str) -> bool:
    return len(piece) >= WORD_BEGINS and not piece.isdigit()


def _piece(piece: str, weight: str, *, begins: bool) -> str:
    end = f":{'*' * begins}{weight}" if begins or weight else ""
    if piece.isdigit():
        # PostgreSQL reads the digits of INC-1007 as a number with its sign.
        return f"('{piece}'{end} | '-{piece}'{end})"
    return f"'{piece}'{end}"


def _asked_by_named(words: str, actor: Any) -> Q | None:
    """What people asked for whom some of the words name, and that holds the rest of them."""
    typed = words.split()
    names = [word for word in typed if len(word) >= WORD_BEGINS and word.isalpha()]
    if len(typed) < 2 or not names:
        return None
    begins = (Q(name__istartswith=word) | Q(name__icontains=f" {word}") for word in names)
    people = User.objects.visible_to(actor).filter(reduce(or_, begins))
    asked: dict[str, list[int]] = {}
    for pk, name in people.order_by("pk").values_list("pk", "name")[:MOST_NAMED]:
        parts = tuple(name.casefold().split())
        rest = [word for word in typed if not any(p.startswith(word.casefold()) for p in parts)]
        asked.setdefault(" ".join(rest), []).append(pk)
    rules = [
        Q(requester_id__in=keys, search=query)
        for rest, keys in asked.items()
        if (query := to_search_query(rest)) is not None
    ]
    return reduce(or_, rules) if rules else None


class RecordQuerySet(models.QuerySet[Any]):
    """Chainable reads over records of any kind."""

    def visible_to(self, actor: Any) -> RecordQuerySet:
        """Keep what the actor may see. Every read starts here; the rest does not exist for them."""
        rule = visible_rule(actor.access)
        return self if rule is None else self.filter(rule)

    def worked_by(self, actor: Any) -> RecordQuerySet:
        """Keep what the actor sees as staff does, internal notes included."""
        rule = staff_rule(actor.access)
        return self if rule is None else self.filter(rule)

    def live(self) -> RecordQuerySet:
        """Keep what is new, open or waiting."""
        return self.filter(phase__in=[phase.value for phase in LIVE_PHASES])

    def in_phase(self, *phases: Phase) -> RecordQuerySet:
        return self.filter(phase__in=[phase.value for phase in phases])

    def of_resource(self, resource: str) -> RecordQuerySet:
        return self.filter(resource=resource)

    def of_kind(self, *names: str) -> RecordQuerySet:
        return self.filter(kind__in=names)

    def due_before(self, at: datetime) -> RecordQuerySet:
        return self.filter(next_due_at__lt=at)

    def with_people(self, *shown: str) -> RecordQuerySet:
        """Join what a list row shows, so that a row costs no query of its own.

        Everything a row can show, or of the records it points at only those `shown`.
        """
        others = [name for name in _OTHERS if name in shown or not shown]
        columns = [name for name in _SHOWN_OF_OTHERS if name.partition("__")[0] in others]
        joined = self.select_related(*others)
        return joined.only(*_header_columns(cast("Any", self.model)), *columns)

    def with_ties(self) -> RecordQuerySet:
        """Say of each whether anything is linked to it, so that its page need not look in vain.

        `is_held` says whether anything is a part of it or blocks it.
        """
        from valuechain.records.models import Link

        after = Link.objects.filter(target_id=OuterRef("pk"))
        before = Link.objects.filter(source_id=OuterRef("pk"))
        return self.annotate(
            is_tied=Q(Exists(before)) | Q(Exists(after)),
            is_held=Exists(after.filter(kind__in=[LinkKind.CHILD_OF, LinkKind.BLOCKS])),
        )

    def matching(
        self, words: str, *, actor: Any, broad: bool | None = None, beginnings: bool = False
    ) -> RecordQuerySet:
        """Keep records whose header, or a message the actor may read, holds every word typed.

        Words may also name who asked for it, where the header holds the others.
        Few hits are gathered from the indices of words. Of many, people see the first page: records
        are then read in the order of the list until the page is full. `broad` is the answer of
        `is_broad`, where it is known already. `beginnings` finds every word by its beginning.
        """
        from valuechain.records.models import Comment

        query = to_search_query(words, beginnings=beginnings)
        if query is None:
            return self.none()
        said = Comment.objects.filter(search=query)
        access: Access = actor.access
        asked = _asked_by_named(words, actor)
        if not (access.works_everywhere and access.may_use(NOTES_SCOPE)):
            said = said.visible_to(actor)
        if is_broad(words, beginnings=beginnings) if broad is None else broad:
            # Not Exists(): PostgreSQL may answer that by gathering every message first.
            spoken = Subquery(said.order_by().filter(record_id=OuterRef("pk")).values("pk")[:1])
            rule = Q(search=query) | Q(spoken__isnull=False)
            return self.alias(spoken=spoken).filter(rule if asked is None else rule | asked)
        # A union rather than OR: each side then answers from its own index.
        every = self.model._default_manager.order_by()
        arms = [said.order_by().values("record_id")]
        if asked is not None:
            arms.append(every.filter(asked).values("pk"))
        return self.filter(pk__in=every.filter(search=query).values("pk").union(*arms))

    def best_first(self, words: str, *, of: int) -> RecordQuerySet:
        """Of the newest so many, those whose title says it first, each the newest first."""
        newest = self.order_by("-updated_at", "-pk").values("pk")[:of]
        in_title = Case(
            When(search=to_search_query(words, weight="A", beginnings=True), then=0), default=1
        )
        found: RecordQuerySet = self.model._default_manager.filter(pk__in=newest)
        return found.order_by(in_title, "-updated_at", "-pk")


class RecordManager(models.Manager.from_queryset(RecordQuerySet)):  # type: ignore[misc]
    """Leaves the search vector in the database: it is for finding, never for showing."""

    def get_queryset(self) -> RecordQuerySet:
        found: RecordQuerySet = super().get_queryset()
        return found.defer("search")


class CommentQuerySet(models.QuerySet[Any]):
    """Reads over messages that never show a note to somebody outside."""

    def visible_to(self, actor: Any) -> CommentQuerySet:
        """Public messages on visible records, and notes on the records the actor works on."""
        access: Access = actor.access
        visible = visible_rule(access, "record__")
        staff = staff_rule(access, "record__")
        public = Q(visibility=Visibility.PUBLIC)
        if not access.may_use(NOTES_SCOPE):
            staff = Q(pk__in=[])
        if staff is None:
            return self
        return self.filter(public & (visible or Q()) | Q(visibility=Visibility.INTERNAL) & staff)

    def last_of(self, records: Sequence[Record], actor: Any) -> dict[int, str]:
        """Say for each record, already known to be visible, who spoke last. One query.

        Notes count where the actor reads them. "in" is the requester, "out" is staff; "note", "call"
        and "mail" say how.
        """
        insider = tuple(record.pk for record in records if reads_notes(actor, record))
        found = {}
        for record_id, visibility, form, via, is_from_staff in _last_said(
            records=tuple(record.pk for record in records), insider=insider
        ):
            if visibility == Visibility.INTERNAL:
                word = "note"
            elif form == "call":
                word = "call"
            elif not is_from_staff:
                word = "mail" if via == Via.EMAIL else "in"
            else:
                word = "out"
            found[record_id] = word
        return found

    def readable_on(self, record: Record, actor: Any) -> CommentQuerySet:
        """The messages of one record, already known to be visible, that the actor may read."""
        return self.readable(insider=reads_notes(actor, record)).filter(record=record)

    def readable(self, *, insider: bool) -> CommentQuerySet:
        """Of visible records, what whoever reads notes reads, and whoever does not."""
        return self if insider else self.filter(visibility=Visibility.PUBLIC)


def _last_messages() -> models.QuerySet[Any]:
    from valuechain.records.models import Comment

    read = Q(visibility=Visibility.PUBLIC) | Q(record__in=Given("insider"))
    said = Comment.objects.filter(read, record__in=Given("records"))
    last = said.order_by("record_id", "-at", "-pk").distinct("record_id")
    return last.values_list("record_id", "visibility", "form", "via", "is_from_staff")


_last_said = Statement(_last_messages)


class CommentManager(models.Manager.from_queryset(CommentQuerySet)):  # type: ignore[misc]
    """Leaves the search vector in the database, as records do."""

    def get_queryset(self) -> CommentQuerySet:
        found: CommentQuerySet = super().get_queryset()
        return found.defer("search")


class AttachmentQuerySet(models.QuerySet[Any]):
    """Reads over files that follow the visibility of the message they came with."""

    def readable_on(self, record: Record, actor: Any) -> AttachmentQuerySet:
        """The files of one record, already known to be visible, that the actor may open."""
        return self.readable(insider=reads_notes(actor, record)).filter(record=record)

    def readable(self, *, insider: bool) -> AttachmentQuerySet:
        """Of visible records, what whoever reads notes may open, and whoever does not."""
        return self if insider else self.filter(visibility=Visibility.PUBLIC)


class DraftQuerySet(models.QuerySet[Any]):
    """Reads over what people are still writing; a draft is its writer's alone."""

    def visible_to(self, actor: Any) -> DraftQuerySet:
        return self.filter(person_id=actor.pk)

    def written(self) -> DraftQuerySet:
        """Keep what was not sent."""
        return self.filter(release_at=None)

    def held(self) -> DraftQuerySet:
        """Keep what was sent and can still be taken back."""
        return self.filter(release_at__isnull=False)

    def due(self, at: datetime) -> DraftQuerySet:
        """Keep what has been held back long enough."""
        return self.filter(release_at__lte=at)


class EventQuerySet(models.QuerySet[Any]):
    """Reads over the audit trail."""

    def visible_to(self, actor: Any) -> EventQuerySet:
        """Events of visible records; internal ones only where the actor works on the record."""
        access: Access = actor.access
        visible = visible_rule(access, "record__")
        staff = staff_rule(access, "record__")
        if not access.may_use(NOTES_SCOPE):
            staff = Q(pk__in=[])
        if staff is None:
            return self
        return self.filter(Q(is_internal=False) & (visible or Q()) | staff)

    def readable_on(self, record: Record, actor: Any) -> EventQuerySet:
        return self.readable(insider=reads_notes(actor, record)).filter(record=record)

    def readable(self, *, insider: bool) -> EventQuerySet:
        """Of visible records, what whoever reads notes reads, and whoever does not."""
        return self if insider else self.filter(is_internal=False)


class LinkQuerySet(models.QuerySet[Any]):
    """Reads over links; a link is visible when both its ends are."""

    def visible_to(self, actor: Any) -> LinkQuerySet:
        access: Access = actor.access
        source, target = visible_rule(access, "source__"), visible_rule(access, "target__")
        return self if source is None or target is None else self.filter(source & target)


class HandoverQuerySet(models.QuerySet[Any]):
    """Reads over handovers; one is visible when both its ends are."""

    def visible_to(self, actor: Any) -> HandoverQuerySet:
        access: Access = actor.access
        source, target = visible_rule(access, "source__"), visible_rule(access, "target__")
        return self if source is None or target is None else self.filter(source & target)


def reads_notes(actor: Any, record: Record) -> bool:
    """Whether the actor may read internal notes on the record."""
    access: Access = actor.access
    return access.works_on(record) and access.may_use(NOTES_SCOPE)
