"""Ten fixed reports: each answers one question in a table, a chart, CSV and JSON."""
