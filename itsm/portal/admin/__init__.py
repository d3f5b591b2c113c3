"""The pages on which administrators keep people, roles, organisations and teams, and look back."""
