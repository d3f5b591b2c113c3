"""Brings the past of another service desk into this one, update by update, through its own doors."""
