"""The doors through which records change. Nothing else in the program writes them."""

from valuechain.records.actions.conversing import (
    add_comment,
    attach_file,
    log_time,
    remove_participant,
    watch,
)
from valuechain.records.actions.drafting import (
    drop_draft,
    hold_reply,
    release_due,
    save_draft,
    take_back,
)
from valuechain.records.actions.editing import edit_record
from valuechain.records.actions.funding import set_aside
from valuechain.records.actions.handing import accept_handover, hand_off, return_handover
from valuechain.records.actions.linking import link_records, unlink_records
from valuechain.records.actions.locking import lock_record
from valuechain.records.actions.moving import columns_of, perform, put_back
from valuechain.records.actions.opening import open_record
from valuechain.records.actions.summing_up import sum_up

__all__ = [
    "accept_handover",
    "add_comment",
    "attach_file",
    "columns_of",
    "drop_draft",
    "edit_record",
    "hand_off",
    "hold_reply",
    "link_records",
    "lock_record",
    "log_time",
    "open_record",
    "perform",
    "put_back",
    "release_due",
    "remove_participant",
    "return_handover",
    "save_draft",
    "set_aside",
    "sum_up",
    "take_back",
    "unlink_records",
    "watch",
]
