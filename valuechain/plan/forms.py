"""Forms of plan beyond those every record has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from valuechain.plan.applying import places
from valuechain.records.forms import RuledForm


class UseForm(RuledForm):
    """Where a policy is applied, as one choice over all that can apply it."""

    where = forms.ChoiceField(label=_("Applied in"))

    def __init__(self, *args: Any, actor: Any, taken: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {(use.place, use.key) for use in taken}
        groups = [
            (
                places[name].label,
                [
                    (f"{name}:{key}", label)
                    for key, label in places[name].choices(actor).items()
                    if (name, key) not in held
                ],
            )
            for name in places
        ]
        self.fields["where"].choices = [("", "—"), *groups]  # type: ignore[attr-defined]
