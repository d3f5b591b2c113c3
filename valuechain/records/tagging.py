"""Short words people put on records to find them together: `vpn`, `year-end`. Staff alone read them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from itsm.core.errors import FieldErrors

#: More than these, or longer, and nobody finds anything by them.
MOST, LONGEST = 20, 30
#: So many of the latest tagged records say which tags are known.
LOOKED_AT = 2_000
_APART = re.compile(r"[,;\s]+")
_TAG = re.compile(r"[^\W_][\w.+-]*")


def read_tags(words: str | Iterable[str]) -> list[str]:
    """Return the tags in a text, or in a list of texts: in small letters, each once, by the alphabet.

    Raises FieldErrors for what is no tag, and for too many.
    """
    texts = [words] if isinstance(words, str) else words
    found = {word.lower() for text in texts for word in _APART.split(str(text)) if word}
    for word in sorted(found):
        if len(word) > LONGEST or not _TAG.fullmatch(word):
            message = _(
                "“%(word)s” is no tag. Use up to %(most)d letters, digits, dots and hyphens."
            ) % {"word": word[: LONGEST + 1], "most": LONGEST}
            raise FieldErrors({"tags": [("not_understood", message)]})
    if len(found) > MOST:
        message = _("At most %(most)d tags fit.") % {"most": MOST}
        raise FieldErrors({"tags": [("too_many", message)]})
    return sorted(found)


def retagged(now: Sequence[str], words: str) -> list[str]:
    """Return tags with those of a text added, and those with a minus before them taken off."""
    given = [word for word in _APART.split(words) if word]
    off = read_tags([word[1:] for word in given if word.startswith("-")])
    on = read_tags([word for word in given if not word.startswith("-")])
    return read_tags([tag for tag in {*now, *on} if tag not in off])


def known_tags(words: str, *, actor: Any) -> list[tuple[str, int]]:
    """Return the tags that hold these letters, of what the actor works on, and on how many that is.

    Those that begin with them come first, then the more used. The latest records say which are in use. One query.
    """
    letters = words.strip().lower()[:LONGEST]
    if not letters:
        return []
    from valuechain.records.models import Record

    tagged = Record.objects.worked_by(actor).exclude(tags=[]).order_by("-pk")
    counted = Counter(chain.from_iterable(tagged.values_list("tags", flat=True)[:LOOKED_AT]))
    found = [(tag, count) for tag, count in counted.items() if letters in tag]
    return sorted(found, key=lambda one: (not one[0].startswith(letters), -one[1], one[0]))
