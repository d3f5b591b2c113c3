"""Records change through their doors alone, and are read through `visible_to`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from valuechain.records.kinds import kinds
from valuechain.records.models import Record

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("itsm", "valuechain", "tickets", "sla")
#: Apps that have records of their own: nothing in them saves a row outside the rooms that may.
RECORD_APPS = ("valuechain", "tickets")
#: The rooms in which rows are written.
ROOMS = {"actions", "effects", "events"}
#: The only two files that say what state a record is in.
STATE_DOORS = {
    "valuechain/records/actions/moving.py",
    "valuechain/records/actions/opening.py",
}
#: Names of variables that hold something with a state of its own which is no record.
NO_RECORDS = {"clock"}
#: A header column that belongs to somebody else: the clocks keep the earliest deadline.
OWN_COLUMNS = {"next_due_at"}
MODELS = {Record.__name__, *(kind.model.__name__ for kind in kinds)}
WRITES = {
    "create", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete",
}  # fmt: skip


def _sources() -> Iterator[Path]:
    for top in PROGRAM:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def _rooms(path: Path) -> set[str]:
    return {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}


def _root(node: ast.expr) -> str:
    """Name what a chain such as `Record.objects.filter(...).update(...)` begins with."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def writes_state(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which an attribute called state or phase is assigned."""
    for node in ast.walk(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AugAssign | ast.AnnAssign)
            else []
        )
        for target in targets:
            # What is written, not what is read to find the place: `notes[ticket.state] += 1`.
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                if (
                    isinstance(part, ast.Attribute)
                    and part.attr in {"state", "phase"}
                    and _root(part) not in NO_RECORDS
                ):
                    yield node.lineno


def writes_records(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which rows of a record's model are written in bulk or made."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        columns = {keyword.arg for keyword in node.keywords}
        if (
            node.func.attr in WRITES
            and _root(node.func) in MODELS
            and not (columns and columns <= OWN_COLUMNS)
        ):
            yield node.lineno


def saves(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which something is saved."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func
        is_save = isinstance(name, ast.Attribute) and name.attr == "save"
        if is_save or (isinstance(name, ast.Name) and name.id == "insert"):
            yield node.lineno


def unguarded_reads(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which a record is fetched without asking who may see it."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func
        if (
            isinstance(name, ast.Attribute)
            and name.attr == "get"
            and isinstance(name.value, ast.Attribute)
            and name.value.attr in {"objects", "_default_manager"}
        ):
            yield node.lineno
        if isinstance(name, ast.Name) and name.id in {"get_object_or_404", "get_list_or_404"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Name) and first.id in MODELS:
                yield node.lineno


def _found(finder, paths) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for path in paths
        for line in finder(ast.parse(path.read_text(encoding="utf-8")))
    ]


def test_state_is_written_by_perform_and_open_record_alone():
    elsewhere = [p for p in _sources() if p.relative_to(ROOT).as_posix() not in STATE_DOORS]

    assert _found(writes_state, elsewhere) == []


def test_rows_of_records_are_written_in_the_rooms_for_it():
    elsewhere = [p for p in _sources() if not _rooms(p) & ROOMS]

    assert _found(writes_records, elsewhere) == []


def test_nothing_is_saved_outside_the_rooms_for_it():
    elsewhere = [
        path
        for path in _sources()
        if path.relative_to(ROOT).parts[0] in RECORD_APPS and not _rooms(path) & ROOMS
    ]

    assert _found(saves, elsewhere) == []


def test_pages_and_api_fetch_through_visible_to():
    edges = [path for path in _sources() if _rooms(path) & {"views", "api"}]

    assert _found(unguarded_reads, edges) == []


@pytest.mark.parametrize(
    ("finder", "code"),
    [
        (writes_state, "ticket.state = 'closed'"),
        (writes_state, "a, ticket.phase = 1, 2"),
        (writes_records, "Record.objects.filter(pk=1).update(title='x')"),
        (writes_records, "Incident.objects.create(title='x')"),
        (saves, "ticket.save(update_fields=['title'])"),
        (saves, "insert([ticket])"),
        (unguarded_reads, "Record.objects.get(pk=1)"),
        (unguarded_reads, "get_object_or_404(Incident, pk=1)"),
    ],
)
def test_the_check_sees_what_it_looks_for(finder, code):
    assert list(finder(ast.parse(code))) == [1]


@pytest.mark.parametrize(
    ("finder", "code"),
    [
        (writes_state, "state = record.state"),
        (writes_state, "clock.state = 'paused'"),
        (writes_records, "Record.objects.filter(pk=1).update(next_due_at=None)"),
        (writes_records, "words.update(title='x')"),
        (unguarded_reads, "Record.objects.visible_to(user).get(pk=1)"),
        (unguarded_reads, "get_object_or_404(Record.objects.visible_to(user), pk=1)"),
    ],
)
def test_the_check_lets_what_is_allowed_pass(finder, code):
    assert list(finder(ast.parse(code))) == []
