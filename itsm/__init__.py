"""Throughline, an ITSM service portal on the ITIL 4 service value chain."""
