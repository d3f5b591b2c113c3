"""How the house shows itself, for templates that are drawn without a request: mails, and the page of a fault."""

from __future__ import annotations

from django import template

from itsm.branding import reading

register = template.Library()
register.simple_tag(reading.look, name="house_look")
register.simple_tag(reading.logo_address, name="house_logo")
register.simple_tag(reading.look_at_hand, name="house_at_hand")
