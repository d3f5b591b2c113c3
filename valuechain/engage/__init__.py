"""Engage: what stakeholders need, whether it is justified, and what was promised to them."""
