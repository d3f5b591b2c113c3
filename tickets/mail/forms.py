"""The forms of the mail inbox and of mailboxes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team
from tickets.mail.fetching import VARIABLE
from tickets.mail.models import Mailbox
from valuechain.records.forms import RecordInput, RuledForm


class AcceptForm(RuledForm):
    """Whose people the sender is, when nobody knows them yet."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), required=False, label=_("Organisation of the sender")
    )

    def __init__(self, *args: Any, actor: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        organisation: Any = self.fields["organisation"]
        organisation.queryset = Organisation.objects.visible_to(actor)


class AttachForm(RuledForm):
    """Which record a mail belongs to."""

    def __init__(self, *args: Any, actor: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["record"] = RecordInput(actor=actor, label=_("Number of the ticket"))


class MailboxForm(forms.ModelForm):
    """A mailbox: its address, what its mail becomes, and how it is fetched."""

    class Meta:
        model = Mailbox
        fields: tuple[str, ...] = (
            "address", "name", "is_active", "kind", "team", "organisation", "trusted_server",
            "host", "port", "security", "user_name", "password_variable", "folder", "after",
        )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.filter(is_active=True)

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).strip().lower()

    def clean_password_variable(self) -> str:
        name = str(self.cleaned_data["password_variable"]).strip()
        if name and not VARIABLE.fullmatch(name):
            raise forms.ValidationError(
                _("Begin the name with MAIL_PASSWORD, such as MAIL_PASSWORD_DESK.")
            )
        return name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        local = {"127.0.0.1", "localhost", "::1"}
        host = data.get("host", "")
        if data.get("security") == Mailbox.Security.NONE and host and host not in local:
            self.add_error(
                "security", _("Without encryption only a server on this machine can be used.")
            )
        return data


class RuleForm(RuledForm):
    """Whose people write from a domain."""

    domain = forms.CharField(label=_("Domain"), max_length=253)
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.filter(is_active=True), label=_("Organisation")
    )
