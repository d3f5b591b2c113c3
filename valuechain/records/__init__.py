"""The spine: every work item is a Record, moved by `perform`, handed on by `hand_off`."""
