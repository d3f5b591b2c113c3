"""The forms of the administrators' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, Team
from itsm.accounts.roles import Role
from itsm.core.errors import RuleViolation
from valuechain.records.forms import Instant, PersonInput, RuledForm


class PersonForm(RuledForm):
    """Who somebody is and where they belong."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("Without one they cannot sign in.")
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    employee_number = forms.CharField(label=_("Employee number"), max_length=40, required=False)
    place = forms.CharField(label=_("Place of work"), max_length=120, required=False)
    desk_note = forms.CharField(
        label=_("Note for the desk"), max_length=120, required=False,
        help_text=_("Such as “VIP: call back within minutes”. Only staff read it."),
    )  # fmt: skip
    organisation = forms.ModelChoiceField(Organisation.objects.all(), label=_("Organisation"))


class GrantForm(RuledForm):
    """A role and where it holds."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("In the organisation"), required=False,
        empty_label=_("everywhere"),
    )  # fmt: skip
    team = forms.ModelChoiceField(
        Team.objects.filter(is_active=True), label=_("Or in the team"), required=False
    )


class TypedForm(RuledForm):
    """A name typed once more, so that nobody does it by accident."""

    typed = forms.CharField(label=_("Type the name to go on"), max_length=200)

    def refuse_unless(self, name: str) -> None:
        """Raise RuleViolation when something else than the name was typed."""
        if self.cleaned_data["typed"] != name:
            message = gettext("This is not its name. It is: %(name)s") % {"name": name}
            raise RuleViolation("not_the_name", message, field="typed")


class OrganisationForm(RuledForm):
    """An organisation and its place in the tree."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    parent = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Belongs to"), required=False
    )
    shares_records = forms.BooleanField(label=_("Members see each other's records"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class TeamForm(RuledForm):
    """A team and where it belongs."""

    name = forms.CharField(label=_("Name"), max_length=120)
    organisation = forms.ModelChoiceField(Organisation.objects.all(), label=_("Organisation"))
    email = forms.EmailField(label=_("Shared address"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class MemberForm(RuledForm):
    """Somebody for a team."""

    is_lead = forms.BooleanField(label=_("Leads the team"), required=False)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"person": PersonInput(label=_("Person"), actor=actor), **self.fields}


class AuditForm(forms.Form):
    """What is looked for in the audit log."""

    who = forms.CharField(label=_("Who"), required=False, max_length=200)
    verb = forms.CharField(label=_("What"), required=False, max_length=60)
    record = forms.CharField(label=_("Record"), required=False, max_length=30)
    since = Instant(label=_("From"), required=False)
    until = Instant(label=_("Until"), required=False)


class SetupAuditForm(forms.Form):
    """What is looked for in the log of what is set up."""

    q = forms.CharField(label=_("Who, what or whom"), required=False, max_length=100)
    since = Instant(label=_("From"), required=False)
    until = Instant(label=_("Until"), required=False)
