"""What other apps add to record pages, so that the spine need not know them.

An app above the spine (clocks, for one) registers a function here; pages ask all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_filters import Filter

    from itsm.core.decisions import Sentence
    from valuechain.records.kinds import Kind
    from valuechain.records.models import Event, Record
    from valuechain.records.querysets import RecordQuerySet


@dataclass(frozen=True)
class Card:
    """A box that another app puts on a record's page: its template and what the template needs."""

    template: str
    context: Mapping[str, Any]
    #: What the reader is asked to decide stands above everything else.
    is_first: bool = False


@dataclass(frozen=True)
class Grouping:
    """How a list can be read in groups: what brings their rows together, and how each is headed."""

    label: Sentence
    #: Adds what the rows are ordered by, the group first.
    arrange: Callable[[Any], Any]
    order: tuple[str, ...]
    #: (rows of a page, actor) -> the id of a row -> its group's words and address, in few queries.
    headings: Callable[[Sequence[Record], Any], dict[int, tuple[str, str]]]


@dataclass(frozen=True)
class EntryUse:
    """What the reader of a timeline can make of each of its entries: a page of its own."""

    label: Sentence
    icon: str
    #: anchor of an entry -> address of the page
    url: Callable[[str], str]


@dataclass
class Panels:
    """The additions registered: for a list's rows, for a record's page, for a resource's views."""

    #: (records, actor) -> None: sets attributes on the rows of one page, in a bounded query.
    rows: list[Callable[[Sequence[Record], Any], None]] = field(default_factory=list)
    #: (records, actor) -> None: the same, for lists alone; sets `is_unread` where it is so.
    marks: list[Callable[[Sequence[Record], Any], None]] = field(default_factory=list)
    #: (record, actor) -> None: told while a record is on somebody's screen.
    seen: list[Callable[[Record, Any], None]] = field(default_factory=list)
    #: name -> expression answered with the record of a page, as an attribute of this name.
    asks: dict[str, Callable[[], Any]] = field(default_factory=dict)
    #: (record, actor) -> context for the record's page.
    pages: list[Callable[[Record, Any], dict[str, Any]]] = field(default_factory=list)
    #: (record, actor) -> a box above the timeline of the record's page, or None.
    cards: list[Callable[[Record, Any], Card | None]] = field(default_factory=list)
    #: (record, name of a step, actor) -> what to know before it is taken, a line each.
    steps: list[Callable[[Record, str, Any], list[Sentence]]] = field(default_factory=list)
    #: (record, actor) -> what the reader can make of an entry of its timeline, or None; the first counts.
    entry_uses: list[Callable[[Record, Any], EntryUse | None]] = field(default_factory=list)
    #: (record about to be opened, actor) -> what opening it would promise, as {label, due_at}.
    promises: list[Callable[[Record, Any], list[dict[str, Any]]]] = field(default_factory=list)
    #: event verb -> (kind of timeline entry, words or what finds them in the event), for events no
    #: machine knows.
    event_words: dict[str, tuple[str, Sentence | Callable[[Event], Sentence]]] = field(
        default_factory=dict
    )
    #: event verb -> what one line says of it to somebody who is told, where the reason is not enough.
    news_words: dict[str, Callable[[Event], str]] = field(default_factory=dict)
    #: resource -> (key, label) of the columns its list shows.
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: resource -> columns its list can show besides, when its reader chooses them.
    more_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: resource -> named views: (key, label, query string).
    named_views: dict[str, tuple[tuple[str, Sentence, str], ...]] = field(default_factory=dict)
    #: resource -> the key of the view its list opens with, where that is not the first.
    opens_with: dict[str, str] = field(default_factory=dict)
    #: resource -> what else its list can be ordered by: name -> path from Record.
    orders: dict[str, dict[str, str]] = field(default_factory=dict)
    #: resource -> what else its list can be filtered by, on the page and in REST.
    filters: dict[str, dict[str, Filter]] = field(default_factory=dict)
    #: What many lists can be filtered by: the kinds of a list -> the filter, None where it makes no sense.
    shared_filters: dict[str, Callable[[tuple[Kind, ...]], Filter | None]] = field(
        default_factory=dict
    )
    #: resource -> (all the list finds, actor) -> words and sums below its rows, in bounded queries.
    totals: dict[str, Callable[[RecordQuerySet, Any], list[tuple[Sentence, str]]]] = field(
        default_factory=dict
    )
    #: resource -> the groups its list can be read in, by the word in its address.
    groups: dict[str, dict[str, Grouping]] = field(default_factory=dict)
    #: resource -> the keys of single steps in its list: name of the step -> key.
    step_keys: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Columns that give way where there is little room, beside those every list has.
    minor: set[str] = field(default_factory=set)
    #: key -> words of columns that only some lists have; the value is set by `rows`.
    column_labels: dict[str, Sentence] = field(default_factory=dict)
    #: resource -> fields its page shows in full, so that the panel need not repeat them.
    told_above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: resource -> its default order.
    default_ordering: dict[str, str] = field(default_factory=dict)
    #: resource -> (singular, plural), for a resource of several kinds.
    resource_labels: dict[str, tuple[Sentence, Sentence]] = field(default_factory=dict)

    def opening_view(self, resource: str) -> str:
        """Return the address's query of the view a list opens with, or none."""
        named = {key: query for key, _label, query in self.named_views.get(resource, ())}
        if not named:
            return ""
        key = self.opens_with.get(resource) or next(iter(named))
        return f"view={key}" if named[key] == f"view={key}" else f"view={key}&{named[key]}"

    def decorate(self, records: Sequence[Record], *, actor: Any) -> None:
        """Let every app add what it knows to the rows of a page."""
        for record in records:
            # The column for it is there whether or not anything keeps clocks on this row.
            record.clock = None  # type: ignore[attr-defined]
        for add in self.rows:
            add(records, actor)

    def decorate_list(self, records: Sequence[Record], *, actor: Any) -> None:
        """Add what only a list shows: who said something last, and what its reader has not read."""
        from valuechain.records.models import Comment

        last = Comment.objects.last_of(records, actor)
        for record in records:
            record.last_message = last.get(record.pk, "")  # type: ignore[attr-defined]
            record.is_unread = False  # type: ignore[attr-defined]
        for mark in self.marks:
            mark(records, actor)

    def record_context(self, record: Record, *, actor: Any) -> dict[str, Any]:
        """Collect what every app adds to a record's page."""
        made = (card(record, actor) for card in self.cards)
        context: dict[str, Any] = {"cards": [card for card in made if card is not None]}
        for add in self.pages:
            context |= add(record, actor)
        return context

    def entry_use(self, record: Record, *, actor: Any) -> EntryUse | None:
        """Return what the actor can make of an entry of the record's timeline, if anything."""
        made = (use(record, actor) for use in self.entry_uses)
        return next((use for use in made if use is not None), None)

    def promised(self, record: Record, *, actor: Any) -> list[dict[str, Any]]:
        """Collect what would be promised if the record were opened now."""
        return [promise for ask in self.promises for promise in ask(record, actor)]


panels = Panels()
