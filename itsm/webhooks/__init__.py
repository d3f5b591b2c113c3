"""Telling other systems what happened, signed, in order, and again until they have taken it."""
