"""Pages on which administrators write down who has to agree to what, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from itsm.accounts.models import Team
from itsm.accounts.roles import OUTSIDE_ROLES, Role
from itsm.core.errors import FieldErrors
from itsm.portal.admin.views import AdminView
from valuechain.approvals.actions import keep_policy
from valuechain.approvals.models import ApprovalPolicy, PolicyApprover
from valuechain.approvals.resolving import policy_in_use
from valuechain.approvals.subjects import PolicyDraft, subjects
from valuechain.approvals.vocabulary import Mode, Source
from valuechain.records.answers import NotUnderstood, find_person
from valuechain.records.forms import PersonInput, RuledForm
from valuechain.records.kinds import kinds
from valuechain.records.views.changing import UNPROCESSABLE, attempt

#: A policy has at most so many steps on the page; one empty row is always there to be filled.
MOST_STEPS = 6
#: Roles that decide on nothing; a policy that names one all the same keeps it.
_NEVER_ASKED = {*OUTSIDE_ROLES, Role.AUDITOR, Role.INTEGRATION}
#: What a step says beside its name; filled in without a name, the name is asked for.
_PARTS = ("who", "people")


class PoliciesView(AdminView):
    """What each kind of record is approved by."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the kinds that are approved, each with the policy in use; then what is not in use."""
        rows, shown = [], set()
        for subject in sorted(subjects, key=lambda one: str(kinds[one.kind].label_plural)):
            policy = policy_in_use(subject.kind)
            rows.append(
                {
                    "kind": subject.kind,
                    "label": kinds[subject.kind].label_plural,
                    "policy": policy,
                    "name": policy.name if policy is not None else subject.policy.name,
                    "steps": _told(_known(policy) or _drafted(subject.policy)),
                }
            )
            shown.add(policy)
        spare = [one for one in ApprovalPolicy.objects.all() if one not in shown]
        return render(request, "admin/approvals.html", {"rows": rows, "spare": spare})


class PolicyView(AdminView):
    """One policy: what it is for, and its steps."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show it; a new one begins as what a kind is approved by today, where one is named."""
        policy = self.found(ApprovalPolicy, pk)
        initial = _known(policy) or _beginning(request.GET.get("kind", ""))
        return self._page(policy, PolicyForm(actor=request.user, initial=initial))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Keep it, for the requests to come."""
        policy = self.found(ApprovalPolicy, pk)
        form = PolicyForm(request.POST, actor=request.user, initial=_known(policy) or {})
        saved = attempt(form, lambda _data: keep_policy(policy, actor=request.user, **form.said()))
        if saved is None:
            return self._page(policy, form, code=UNPROCESSABLE)
        messages.success(request, _("Saved."))
        return redirect("admin-approvals")

    def _page(
        self, policy: ApprovalPolicy | None, form: PolicyForm, code: int = 200
    ) -> HttpResponse:
        waiting = policy.approvals.filter(decided_at=None).count() if policy is not None else 0
        context = {"policy": policy, "form": form, "waiting": waiting}
        return render(self.request, "admin/policy.html", context, status=code)


class PolicyForm(RuledForm):
    """A policy with its steps, each a row of fields."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=5_000, widget=forms.Textarea
    )
    kind_names = forms.MultipleChoiceField(
        label=gettext_lazy("What it is for"), widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        of: Any = self.fields["kind_names"]
        approved = {*(one.kind for one in subjects), *self.initial.get("kind_names", [])}
        of.choices = sorted(
            ((kind, kinds[kind].label_plural) for kind in approved), key=lambda one: str(one[1])
        )
        known = self.initial.get("steps", [])
        self.rows = range(1, min(len(known) + 1, MOST_STEPS) + 1)
        if self.is_bound:
            sent = [row for row in range(1, MOST_STEPS + 1) if f"{row}-mode" in self.data]
            self.rows = range(1, max(sent, default=1) + 1)
        choices = _choices([one for step in known for one in step["who"]])
        for row in self.rows:
            step = known[row - 1] if row <= len(known) else {}
            for name, made in self._step_fields(choices).items():
                self.fields[f"{row}-{name}"] = made
                if name in step:
                    self.initial[f"{row}-{name}"] = step[name]

    def _step_fields(self, choices: Any) -> dict[str, forms.Field]:
        return {
            "name": forms.CharField(label=_("Step"), required=False, max_length=120),
            "mode": forms.ChoiceField(
                label=_("Who has to agree"), choices=Mode.choices, initial=Mode.ALL
            ),
            "count": forms.IntegerField(
                label=_("How many"), required=False, min_value=1, max_value=100,
                help_text=_("Only where a number of them is asked for."),
            ),
            "who": forms.MultipleChoiceField(
                label=_("Of whom"), required=False, choices=choices,
                widget=forms.CheckboxSelectMultiple,
            ),
            "people": forms.CharField(
                label=_("And these people"), required=False, max_length=1_000,
                help_text=_("Names or e-mail addresses, with commas between them."),
            ),
            "has_veto": forms.BooleanField(
                label=_("One rejection is enough"), required=False, initial=True
            ),
            "due_hours": forms.IntegerField(
                label=_("Due after (hours)"), required=False, min_value=1, max_value=8_760
            ),
            "remind_hours": forms.IntegerField(
                label=_("Remind after (hours)"), required=False, min_value=1, max_value=8_760
            ),
            "escalate_to": PersonInput(
                label=_("Asked too when it is late"), actor=self.actor, required=False
            ),
        }  # fmt: skip

    @property
    def plain(self) -> list[Any]:
        """The fields of the policy itself."""
        return [self[name] for name in ("name", "description", "kind_names", "is_active")]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The bound fields of each row."""
        names = self._step_fields([])
        return [{name: self[f"{row}-{name}"] for name in names} for row in self.rows]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for row in self.rows:
            step = {name: said.get(f"{row}-{name}") for name in self._step_fields([])}
            if not step["name"]:
                if any(step[part] for part in _PARTS):
                    self.add_error(f"{row}-name", _("Name the step, or empty its row."))
                continue
            if step["mode"] == Mode.COUNT and not step["count"]:
                self.add_error(f"{row}-count", _("Say how many of them have to agree."))
            due, remind = step["due_hours"], step["remind_hours"]
            if remind and due and remind >= due:
                self.add_error(f"{row}-remind_hours", _("Remind before it is due."))
            if not any(step[part] for part in _PARTS):
                self.add_error(f"{row}-who", _("Choose who is asked, or name somebody."))
        return said

    def said(self) -> dict[str, Any]:
        """Return what `keep_policy` takes. Raises FieldErrors where a person is not known."""
        found = {name: self.cleaned_data[name] for name in ("name", "description", "kind_names")}
        steps = [self._step(row) for row in self.rows if self.cleaned_data[f"{row}-name"]]
        return found | {"is_active": self.cleaned_data["is_active"], "steps": steps}

    def _step(self, row: int) -> dict[str, Any]:
        given = {name: self.cleaned_data[f"{row}-{name}"] for name in self._step_fields([])}
        approvers = [_approver(token) for token in given.pop("who")]
        for word in filter(None, (one.strip() for one in given.pop("people").split(","))):
            try:
                person = find_person(word, actor=self.actor)
            except NotUnderstood as problem:
                raise FieldErrors(
                    {f"{row}-people": [("not_understood", str(problem))]}
                ) from problem
            approvers.append({"source": Source.PERSON, "person": person})
        return given | {"count": given["count"] or 1, "approvers": approvers}


def _choices(kept: Iterable[str]) -> list[tuple[str, Any]]:
    """Return who can be asked beside named people; what only a program can say stays as it is."""
    found = [
        (Source.SERVICE_OWNER.value, Source.SERVICE_OWNER.label),
        (Source.BUDGET_HOLDER.value, Source.BUDGET_HOLDER.label),
        *((f"role:{role.value}", role.label) for role in Role if role not in _NEVER_ASKED),
        *((f"team:{team.pk}", _("Team %(name)s") % {"name": team.name})
          for team in Team.objects.filter(is_active=True).order_by("name")),
    ]  # fmt: skip
    known = {token for token, _label in found}
    return found + [(token, _named(token)) for token in dict.fromkeys(kept) if token not in known]


def _named(token: str) -> str:
    source, _colon, which = token.partition(":")
    if source == Source.ROLE:
        return str(Role(which).label)
    if source == Source.TEAM:
        team = Team.objects.filter(pk=which).first()
        return _("Team %(name)s") % {"name": team.name if team is not None else which}
    if source == Source.FIELD:
        return _("Whom the record names as %(field)s") % {"field": which.replace("_", " ")}
    return str(Source(source).label)


def _approver(token: str) -> dict[str, Any]:
    source, _colon, which = token.partition(":")
    if source == Source.ROLE:
        return {"source": source, "role": which}
    if source == Source.TEAM:
        return {"source": source, "team_id": int(which)}
    return {"source": source, "field": which} if which else {"source": source}


def _token(approver: PolicyApprover) -> str:
    which = {
        Source.ROLE: approver.role,
        Source.TEAM: approver.team_id,
        Source.FIELD: approver.field,
    }
    named = which.get(Source(approver.source))
    return f"{approver.source}:{named}" if named else approver.source


def _known(policy: ApprovalPolicy | None) -> dict[str, Any]:
    """Return a written policy as the form holds it."""
    if policy is None:
        return {}
    steps = policy.steps.select_related("escalate_to").prefetch_related("approvers__person")
    return {
        "name": policy.name,
        "description": policy.description,
        "kind_names": policy.kinds,
        "is_active": policy.is_active,
        "steps": [_of_step(step) for step in steps],
    }


def _of_step(step: Any) -> dict[str, Any]:
    asked = list(step.approvers.all())
    people = [one.person for one in asked if one.source == Source.PERSON]
    return {
        "name": step.name,
        "mode": step.mode,
        "count": step.count if step.mode == Mode.COUNT else None,
        "who": [_token(one) for one in asked if one.source != Source.PERSON],
        "people": ", ".join(person.email or person.name for person in people),
        "has_veto": step.has_veto,
        "due_hours": step.due_hours,
        "remind_hours": step.remind_hours,
        "escalate_to": step.escalate_to,
    }


def _beginning(kind: str) -> dict[str, Any]:
    """Return what a new policy for a kind begins as: the one it is approved by today, unnamed."""
    subject = subjects.get(kind)
    if subject is None:
        return {}
    today = _known(policy_in_use(kind)) or _drafted(subject.policy)
    return {"kind_names": [kind], "steps": today["steps"]}


def _drafted(draft: PolicyDraft) -> dict[str, Any]:
    """Return a policy that comes with the program as the form holds it."""
    return {
        "steps": [
            {
                "name": str(step.name),
                "mode": step.mode,
                "count": step.count if step.mode == Mode.COUNT else None,
                "who": [f"role:{role}" for role in step.roles],
                "people": "",
                "has_veto": step.has_veto,
                "due_hours": step.due_hours,
                "remind_hours": step.remind_hours,
            }
            for step in draft.steps
        ]
    }


def _told(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say each step in words: its name, how many of whom, and by when."""
    return [
        {
            "name": step["name"],
            "mode": ngettext("%(n)d of them", "%(n)d of them", step["count"]) % {"n": step["count"]}
            if step["mode"] == Mode.COUNT
            else Mode(step["mode"]).label,
            "who": [_named(token) for token in step["who"]]
            + [one for one in step["people"].split(", ") if one],
            "due_hours": step["due_hours"],
        }
        for step in policy["steps"]
    ]
