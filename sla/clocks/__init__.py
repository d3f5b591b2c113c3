"""Clocks on records: read from their ledger, and changed only here.

`reading` turns lines of a ledger into the engine's terms, `sheet` holds the clocks of one record
together while something happens to it, `following` says what each happening does to them.
"""
