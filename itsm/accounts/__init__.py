"""Organisations, people, teams, the roles they hold, and the tokens their programs use."""
