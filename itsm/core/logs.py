"""Log lines as JSON, one line each, carrying the id of the request they belong to."""

import json
import logging
from datetime import UTC, datetime

from itsm.core import request_id

#: What a caller may add with `extra=`; everything else stays out, so no ticket text slips in.
EXTRAS = ("event", "status_code", "duration_ms", "record", "task", "code")


class RequestIdFilter(logging.Filter):
    """Puts the id of the current request on each log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.current()
        return True


class JsonFormatter(logging.Formatter):
    """Writes a log record as one line of JSON, a traceback included as one string."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if named := getattr(record, "request_id", ""):
            line["request_id"] = named
        line |= {name: getattr(record, name) for name in EXTRAS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
