"""Deliver & support: services that live as specified, and how what is built reaches them."""
