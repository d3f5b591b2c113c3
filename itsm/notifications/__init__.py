"""Telling people what happened to their records: in the portal and by mail, for a reason they see."""
