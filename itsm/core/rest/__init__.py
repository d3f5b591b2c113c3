"""The foundations of the REST API: errors, lists, safe repetition, versions. No rules."""
