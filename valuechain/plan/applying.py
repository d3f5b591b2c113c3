"""Where a policy can be applied: things of other apps, which say here what there is.

An app above plan adds its own from `AppConfig.ready`, as the portal does with agreements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from valuechain.approvals.models import ApprovalPolicy

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


def _no_page(_key: str) -> str:
    return ""


@dataclass(frozen=True)
class Place:
    """One sort of thing that applies policies.

    `choices` returns what an actor may see of it, as key and name, in at most two queries. `url`
    leads from a key to its page, where it has one.
    """

    label: Sentence
    choices: Callable[[Any], dict[str, str]]
    url: Callable[[str], str] = _no_page


@dataclass
class Places:
    """All sorts of things that apply policies, by name."""

    _places: dict[str, Place] = field(default_factory=dict)

    def register(self, name: str, place: Place) -> None:
        """Add a sort; registering it again replaces it."""
        self._places[name] = place

    def __getitem__(self, name: str) -> Place:
        return self._places[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def label_of(self, name: str, key: str, actor: Any) -> str:
        """Name one thing for an actor; empty when it does not exist for them."""
        return self._places[name].choices(actor).get(key, "") if name in self else ""


places = Places()


def approval_policies(actor: Any) -> dict[str, str]:
    """Return the approval policies in use, for those who work here. One query."""
    if not actor.access.is_staff:
        return {}
    found = ApprovalPolicy.objects.filter(is_active=True).values_list("pk", "name")
    return {str(pk): name for pk, name in found}


def register() -> None:
    """Name what plan knows itself."""
    places.register(
        "approval_policy",
        Place(
            label=_("Approval policy"),
            choices=approval_policies,
        ),
    )
