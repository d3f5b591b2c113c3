"""One approval engine for specifications, budgets, visions and whatever else must be agreed to."""
