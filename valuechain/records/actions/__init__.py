"""The doors through which records change. Nothing else in the program writes them."""

from valuechain.records.actions.conversing import (
    add_comment,
    attach_file,
    log_time,
    remove_participant,
    watch,
)
from valuechain.records.actions.editing import edit_record
from valuechain.records.actions.handing import accept_handover, hand_off, return_handover
from valuechain.records.actions.linking import link_records, unlink_records
from valuechain.records.actions.locking import lock_record
from valuechain.records.actions.moving import perform
from valuechain.records.actions.opening import open_record

__all__ = [
    "accept_handover",
    "add_comment",
    "attach_file",
    "edit_record",
    "hand_off",
    "link_records",
    "lock_record",
    "log_time",
    "open_record",
    "perform",
    "remove_participant",
    "return_handover",
    "unlink_records",
    "watch",
]
