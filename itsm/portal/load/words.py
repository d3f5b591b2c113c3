"""Text that reads like a service desk's and is spread like language: few words often, many seldom."""

from __future__ import annotations

from itertools import accumulate
from random import Random


def _list(words: str) -> list[str]:
    return words.split()


_THINGS = _list(
    "printer laptop screen keyboard dock tablet phone headset scanner camera projector badge "
    "mailbox calendar roster chart report invoice letter export import backup archive database "
    "server switch router gateway certificate password account group folder share drive portal "
    "login session network wireless cable socket update driver license form queue display label"
)
_TROUBLES = _list(
    "fails stops freezes flickers crashes hangs restarts disappears expires disconnects repeats "
    "slow blank locked missing broken unreadable unreachable full empty doubled late wrong"
)
_PLACES = _list(
    "reception ward theatre office warehouse laboratory pharmacy kitchen garage archive lobby "
    "basement workshop counter terminal north south east west"
)
_GLUE = _list(
    "the a since this morning after update when we try to open it again and then with for on in "
    "every second day only one of our colleagues can please look into it thank you restarted "
    "checked changed replaced asked waiting supplier answered works now still not"
)
_FIRST = _list(
    "ka lo mi ne ru sa te vo zi be du fa gri hol jan kel mor nis pol ster tam ulf ver wil"
)
_LAST = _list("bat den fer gon kin las mer nor pax rin sol tur ven wex zan dor lin mos tek ral")

#: Words seldom used: names of systems, places and people, as every desk has thousands.
_RARE = [a + b + c for a in _FIRST for b in _LAST for c in ("", "a", "o", "en", "is")]

GIVEN = _list(
    "Anna Bruno Carla Dario Elif Femi Gita Hugo Iris Jonas Katja Luan Mira Nils Olga Paul Quin "
    "Rosa Sven Tara Ugo Vera Wim Xenia Yara Zeno Alma Bela Cora Dina Emil Fina Gero Hedy Ivan "
    "Jana Kilian Lena Mats Nora Otis Pia Rafa Sina Tomi Ulla Vito Wanda Yves Zora"
)
FAMILY = [
    (a + b).capitalize() for a in _FIRST[:12] for b in ("mann", "sen", "ova", "etti", "wicz", "ard")
]


class Writer:
    """Writes titles and messages from one random source."""

    def __init__(self, random: Random) -> None:
        self._random = random
        # The n-th word is used 1/n as often as the first, as in any language.
        self._words = [*_GLUE, *_THINGS, *_TROUBLES, *_PLACES, *_RARE]
        self._weights = list(accumulate(1 / (place + 3) for place in range(len(self._words))))

    def title(self) -> str:
        """A line such as “Printer freezes in ward, kadena”."""
        choice = self._random.choice
        return f"{choice(_THINGS).capitalize()} {choice(_TROUBLES)} in {choice(_PLACES)}, {choice(_RARE)}"

    def message(self, words: int = 24) -> str:
        """Some lines of text."""
        found = self._random.choices(self._words, cum_weights=self._weights, k=words)
        return " ".join(found).capitalize() + "."
