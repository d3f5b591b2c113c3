"""Writes incident event logs for tests, one update at a time."""

from __future__ import annotations

from pathlib import Path

COLUMNS = (
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count",
    "made_sla", "caller_id", "opened_by", "opened_at", "sys_updated_by", "sys_updated_at",
    "contact_type", "location", "category", "subcategory", "u_symptom", "cmdb_ci", "impact",
    "urgency", "priority", "assignment_group", "assigned_to", "problem_id", "rfc", "caused_by",
    "closed_code", "resolved_by",
)  # fmt: skip

USUAL = {
    "number": "INC0000001", "incident_state": "New", "active": "TRUE", "reassignment_count": "0",
    "reopen_count": "0", "sys_mod_count": "0", "made_sla": "TRUE", "caller_id": "Caller 7",
    "opened_by": "Opened by  8", "opened_at": "01-03-2016 09:00", "sys_updated_by": "Updated by 21",
    "sys_updated_at": "01-03-2016 09:05", "contact_type": "Phone", "location": "Location 1",
    "category": "Category 5", "subcategory": "Subcategory 6", "u_symptom": "?", "cmdb_ci": "?",
    "impact": "2 - Medium", "urgency": "2 - Medium", "priority": "3 - Moderate",
    "assignment_group": "Group 56", "assigned_to": "?", "problem_id": "?", "rfc": "?",
    "caused_by": "?", "closed_code": "code 5", "resolved_by": "Resolved by 149",
}  # fmt: skip


def a_line(**values: str) -> str:
    """One update; whatever is not named is as usual."""
    return ",".join({**USUAL, **values}[column] for column in COLUMNS)


def a_log(*lines: str, header: str = ",".join(COLUMNS)) -> bytes:
    """A whole file."""
    return "\n".join([header, *lines, ""]).encode()


def a_file(folder: Path, *lines: str) -> Path:
    """A whole file on disk."""
    path = folder / "log.csv"
    path.write_bytes(a_log(*lines))
    return path


#: The life of one incident: asked back, resolved, reopened, resolved, closed.
LIFE = (
    a_line(),
    a_line(sys_mod_count="1", incident_state="Active", sys_updated_at="01-03-2016 10:00",
           assigned_to="Resolver 3", assignment_group="Group 57"),
    a_line(sys_mod_count="2", incident_state="Awaiting User Info", assigned_to="Resolver 3",
           assignment_group="Group 57", sys_updated_at="01-03-2016 11:00"),
    a_line(sys_mod_count="3", incident_state="Active", assigned_to="Resolver 3",
           assignment_group="Group 57", sys_updated_at="02-03-2016 08:00",
           problem_id="Problem ID 2", rfc="CHG0000047"),
    a_line(sys_mod_count="4", incident_state="Resolved", assigned_to="Resolver 3",
           assignment_group="Group 57", sys_updated_at="02-03-2016 12:00"),
    a_line(sys_mod_count="5", incident_state="Active", assigned_to="Resolver 3",
           assignment_group="Group 57", sys_updated_at="09-03-2016 12:00"),
    a_line(sys_mod_count="6", incident_state="Resolved", assigned_to="Resolver 3",
           assignment_group="Group 57", sys_updated_at="10-03-2016 12:00", made_sla="FALSE"),
    a_line(sys_mod_count="7", incident_state="Closed", assigned_to="Resolver 3",
           assignment_group="Group 57", sys_updated_at="15-03-2016 12:00", made_sla="FALSE"),
)  # fmt: skip
