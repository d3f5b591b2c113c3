"""Whether a comment beside a "Yes, it works" tells of trouble after all."""

from __future__ import annotations

import re

#: English and German, since people write as they speak. What is denied ("no problems") is no trouble.
_TROUBLE = re.compile(
    r"""\b(?:
        still | not\ (?:yet|really|quite|working|fixed|solved) | (?:does|do|did|is|was|are)(?:\ not|n['\u2019]t)
      | (?:can|could|wo|won)(?:\ ?not|n?['\u2019]t) | cannot
      | again | broken | fail(?:s|ed|ing)? | crash(?:es|ed|ing)? | freez(?:es|ing) | slow(?:er)? | stopped
      | worse | came\ back | comes\ back
      | (?<!no\ )(?<!any\ )(?<!without\ )(?:problems?|errors?|issues?)
      | immer\ noch | noch\ (?:nicht|immer) | schon\ wieder | wieder\ (?:kaputt|weg|da) | geht\ nicht
      | funktioniert\ nicht | klappt\ nicht | kaputt | langsam(?:er)? | stürzt | schlechter | leider
      | (?<!kein\ )(?<!keine\ )(?<!ohne\ )(?:fehler|problem|probleme)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def tells_of_trouble(words: str) -> bool:
    """Whether somebody who says it works writes as if it did not.

    >>> tells_of_trouble("Fine, but it is still slow in the mornings")
    True
    >>> tells_of_trouble("Great, no problems since")
    False
    """
    return _TROUBLE.search(words) is not None
