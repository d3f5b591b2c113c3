"""The doors through which calendars and agreements are written and published."""

from sla.actions.agreements import (
    create_agreement,
    draft_agreement,
    fill_draft,
    publish_agreement,
    retire_agreement,
)
from sla.actions.calendars import (
    add_holiday,
    create_calendar,
    draft_calendar,
    import_feed,
    load_public_holidays,
    publish_calendar,
    remove_holiday,
    review_holidays,
)

__all__ = [
    "add_holiday",
    "create_agreement",
    "create_calendar",
    "draft_agreement",
    "draft_calendar",
    "fill_draft",
    "import_feed",
    "load_public_holidays",
    "publish_agreement",
    "publish_calendar",
    "remove_holiday",
    "retire_agreement",
    "review_holidays",
]
