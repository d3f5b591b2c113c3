"""Service level clocks: what counts, when it is due, and why."""
