"""The shared kernel: state machines, decisions, time, and the foundations of pages and REST."""
