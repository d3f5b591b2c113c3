"""The one project signal: something happened to a record."""

from django.dispatch import Signal

#: Sent inside the transaction, right after the Event is written, with `record` (locked and
#: already saved; its header at least, `record.specific` for its own columns) and `event`. Clocks, flow metrics and notifications listen; a receiver that
#: raises undoes the whole change, so receivers never do anything slow or outside the database.
recorded = Signal()
