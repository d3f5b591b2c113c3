"""What may be done now: the usual as buttons, the rare and the drastic behind "More", what is refused with why.

A record in full swing offers a score of steps; they are drawn by functions, as the timeline is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.core.templatetags import ui
from itsm.core.templatetags.fields import marked

register = template.Library()

RARE = ("quiet", "danger")
LOOKS = {"primary": " btn-primary", "danger": " btn-danger", "quiet": " btn-quiet"}
NOTHING = SafeString("")
#: A menu whose steps keep their keys while it is shut.
KEYED = SafeString(" data-keys-inside")
Offer = Mapping[str, Any]


@register.simple_tag(takes_context=True)
def offer_bar(context: Context, offers: Sequence[Offer]) -> SafeString:
    """Draw offers {name, label, tone, url, decision: {allowed, reason}, remedies, asks, keys} as one bar, called `label`.

    A step that asks nothing is a button; it sends the version of `record`, where the page has one.
    Only the first of the leading steps is filled: a bar with two such buttons leads nowhere. Where
    every leading step lacks something, the first stands in the bar and opens on what it lacks.
    """
    record = context.get("record")
    hidden = _hidden(context.get("csrf_token"), getattr(record, "version", None))
    allowed = [offer for offer in offers if offer["decision"].allowed]
    usual = [offer for offer in allowed if offer["tone"] not in RARE]
    rare = [offer for offer in allowed if offer["tone"] in RARE]
    refused = [offer for offer in offers if not offer["decision"].allowed]
    first = next((offer for offer in usual if offer["tone"] == "primary"), None)
    steps = [_step(offer, hidden, leads=offer is first) for offer in usual]
    held = None if first else next((offer for offer in refused if _leads_on(offer)), None)
    if held is not None:
        refused.remove(held)
    return ui.fill(
        '<div class="action-bar" role="group" aria-label="{}" data-keys="s" data-keys-label="{}">\n'
        "  {}{}{}{}\n</div>",
        context.get("label") or _("Actions"),
        _("Change the status"),
        _held(held) if held is not None else NOTHING,
        format_html_join("", "{}\n  ", ((step,) for step in steps)),
        _menu(_("More"), " menu-offers", [_in_list(_step(offer, hidden)) for offer in rare], KEYED),
        _menu(_("Not possible yet"), "", [_refused(offer) for offer in refused]),
    )


@register.simple_tag(takes_context=True)
def offer_list(context: Context, offers: Sequence[Offer]) -> SafeString:
    """Draw offers that are equals as a quiet list, each with the activity it leads to.

    What is refused comes last and says why.
    """
    record = context.get("record")
    hidden = _hidden(context.get("csrf_token"), getattr(record, "version", None))
    allowed = [offer for offer in offers if offer["decision"].allowed]
    refused = [offer for offer in offers if not offer["decision"].allowed]
    return ui.fill(
        '<div class="offer-bar" role="group" aria-label="{}"><ul class="menu-list offer-list">{}</ul>{}</div>',
        context.get("label") or _("Hand over"),
        format_html_join("", "<li>{}</li>", ((_quiet(offer, hidden),) for offer in allowed)),
        _menu(_("Not possible yet"), "", [_refused(offer) for offer in refused]),
    )


def _quiet(offer: Offer, hidden: SafeString) -> SafeString:
    ring = ui.activity_ring(offer["activity"]) if offer.get("activity") else NOTHING
    if offer["asks"]:
        return ui.fill(
            '<a href="{}" data-offer="{}">{}{}</a>',
            offer["url"],
            offer["name"],
            ring,
            offer["label"],
        )
    return ui.fill(
        '<form method="post" action="{}" data-form>{}<button data-offer="{}">{}{}</button></form>',
        offer["url"],
        hidden,
        offer["name"],
        ring,
        offer["label"],
    )


def _hidden(token: Any, version: int | None) -> SafeString:
    return ui.fill(
        "{}{}",
        marked(token or ""),
        ui.fill('<input type="hidden" name="version" value="{}">', version) if version else NOTHING,
    )


def _step(offer: Offer, hidden: SafeString, *, leads: bool = False) -> SafeString:
    """A link to the questions of a step, or a button where it asks none."""
    look = "" if offer["tone"] == "primary" and not leads else LOOKS.get(offer["tone"], "")
    if offer["asks"]:
        return ui.fill(
            '<a class="btn{}" href="{}" data-offer="{}"{}>{}</a>',
            look,
            offer["url"],
            offer["name"],
            _key(offer),
            offer["label"],
        )
    return ui.fill(
        '<form method="post" action="{}" data-form>{}'
        '<button class="btn{}" data-offer="{}"{}>{}</button></form>',
        offer["url"],
        hidden,
        look,
        offer["name"],
        _key(offer),
        offer["label"],
    )


def _key(offer: Offer) -> SafeString:
    return ui.fill(' data-keys="{}"', offer["keys"]) if offer.get("keys") else NOTHING


def _leads_on(offer: Offer) -> bool:
    """Whether a refused step is the next one, and the reader can do something about it."""
    return offer["tone"] == "primary" and bool(offer["decision"].missing)


def _held(offer: Offer) -> SafeString:
    """The next step while it lacks something: in its place, and it opens on what that is."""
    return ui.fill(
        '<details class="menu">\n    <summary class="btn" data-refused="{}">{}{}</summary>\n'
        '    <div class="menu-body refused"><span id="why-{}">{}</span>{}</div>\n  </details>\n  ',
        offer["name"],
        offer["label"],
        ui.icon("chevron"),
        offer["name"],
        offer["decision"].reason,
        _remedies(offer),
    )


def _remedies(offer: Offer) -> SafeString:
    """What is missing, each with the link to where it is put right."""
    items = format_html_join(
        "",
        "<li>{}</li>",
        (
            (ui.fill('<a href="{}">{}</a>', one.url, one.label) if one.url else one.label,)
            for one in offer.get("remedies", ())
        ),
    )
    return ui.fill("<ul>{}</ul>", items) if items else NOTHING


def _menu(
    label: str, look: str, lines: Sequence[SafeString], keyed: SafeString = NOTHING
) -> SafeString:
    if not lines:
        return NOTHING
    return ui.fill(
        '<details class="menu"{}>\n    <summary class="btn btn-quiet">{}{}</summary>\n'
        '    <ul class="menu-body{}">{}</ul>\n  </details>',
        keyed,
        label,
        ui.icon("chevron"),
        look,
        format_html_join("", "\n      {}", ((line,) for line in lines)),
    )


def _in_list(step: SafeString) -> SafeString:
    return ui.fill("<li>{}</li>", step)


def _refused(offer: Offer) -> SafeString:
    decision, name = offer["decision"], offer["name"]
    return ui.fill(
        '<li class="refused"><button class="btn" type="button" aria-disabled="true" '
        'aria-describedby="why-{}" data-refused="{}">{}</button><span id="why-{}">{}</span>{}</li>',
        name,
        name,
        offer["label"],
        name,
        decision.reason,
        _remedies(offer),
    )
