"""Pages on which administrators set up the desk: the priority grid and the rules of routing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from itsm.accounts.models import Organisation, Team
from itsm.core import clock
from itsm.portal.admin.forms import TypedForm
from itsm.portal.admin.views import AdminView
from tickets import routing
from tickets.actions import move_rule, remove_rule, save_rule
from tickets.asks import TICKET_KINDS
from tickets.models import RoutingRule
from tickets.priority import matrix, set_matrix
from valuechain.records.forms import RuledForm
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Channel, Impact, Priority, Urgency

#: So many of the tickets a tried rule fits are named.
NAMED = 8


class PrioritiesView(AdminView):
    """The grid by which impact and urgency give a priority, each cell a choice."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        now = matrix()
        rows = [
            (
                impact.label,
                [
                    {
                        "name": f"cell-{impact.value}-{urgency.value}",
                        "label": f"{impact.label}, {urgency.label}",
                        "value": now[impact][urgency.value - 1].value,
                    }
                    for urgency in Urgency
                ],
            )
            for impact in Impact
        ]
        context = {
            "urgencies": Urgency.labels,
            "rows": rows,
            "priorities": [(one.value, f"P{one.value} {one.label}") for one in Priority],
            "open_tickets": Record.objects.of_resource("tickets").live().count(),
        }
        return render(request, "admin/priorities.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what changed."""
        cells = {}
        for impact in Impact:
            for urgency in Urgency:
                given = request.POST.get(f"cell-{impact.value}-{urgency.value}", "")
                if given in {str(one.value) for one in Priority}:
                    cells[impact.value, urgency.value] = int(given)
        changed = set_matrix(cells, actor=request.user)
        said = ngettext("%(n)d cell is changed.", "%(n)d cells are changed.", changed)
        messages.success(request, said % {"n": changed})
        return redirect("admin-priorities")


class RuleForm(RuledForm):
    """When a rule fits, and what it then does."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Only tickets of the kind"), required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("Only what came by"),
        required=False,
        choices=[("", gettext_lazy("any way")), *Channel.choices],
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.filter(is_active=True),
        label=gettext_lazy("Only from the organisation, or from below it"),
        required=False,
        empty_label=gettext_lazy("any"),
    )
    service = forms.ModelChoiceField(
        Record.objects.of_kind("service").order_by("title"),
        label=gettext_lazy("Only for the service"),
        required=False,
        empty_label=gettext_lazy("any"),
    )
    words = forms.CharField(
        label=gettext_lazy("Only with one of these words"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("In the title or the text. Put commas between them."),
    )
    team = forms.ModelChoiceField(
        Team.objects.filter(is_active=True),
        label=gettext_lazy("Then it goes to the team"),
        required=False,
        empty_label=gettext_lazy("none"),
    )
    priority = forms.TypedChoiceField(
        label=gettext_lazy("And gets the priority"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("that impact and urgency give")),
            *((one.value, f"P{one.value} {one.label}") for one in Priority),
        ],
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("any")), *((name, kinds[name].label) for name in TICKET_KINDS)]
        service: Any = self.fields["service"]
        service.label_from_instance = lambda record: record.title


class RoutingView(AdminView):
    """The rules in the order in which they are asked."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them, each with what it decided in the last 24 hours."""
        hits = routing.hits_since(clock.now() - timedelta(hours=24))
        rules = RoutingRule.objects.select_related("team", "organisation", "service")
        rows = [
            {"rule": rule, "conditions": _conditions(rule), "hits": hits.get(rule.pk, 0)}
            for rule in rules
        ]
        return render(request, "admin/routing.html", {"rows": rows})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Move a rule."""
        what, _between, pk = request.POST.get("do", "").partition("-")
        rule = self.found(RoutingRule, int(pk) if pk.isdecimal() else 0)
        if what in ("up", "down"):
            move_rule(rule, up=what == "up", actor=request.user)
        return redirect("admin-routing")


class RuleView(AdminView):
    """One rule: tried on what came in before it is kept."""

    def get(self, _request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the form."""
        rule = self.found(RoutingRule, pk)
        return self._page(rule, RuleForm(initial=_known(rule)))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Try the rule, keep it, or take it away."""
        rule = self.found(RoutingRule, pk)
        if rule is not None and request.POST.get("do") == "remove":
            return self._remove(rule, TypedForm(request.POST))
        form = RuleForm(request.POST)
        if request.POST.get("do") == "try":
            return self._tried(rule, form)
        saved = attempt(form, lambda data: save_rule(rule, data, actor=request.user))
        if saved is None:
            return self._page(rule, form, code=UNPROCESSABLE)
        messages.success(request, _("Saved."))
        return redirect("admin-routing")

    def _remove(self, rule: RoutingRule, form: TypedForm) -> HttpResponse:
        def act(_data: dict[str, Any]) -> bool:
            form.refuse_unless(rule.name)
            remove_rule(rule, actor=self.request.user)
            return True

        if attempt(form, act) is None:
            return self._page(rule, remove_form=form, code=UNPROCESSABLE)
        messages.success(self.request, _("The rule is gone."))
        return redirect("admin-routing")

    def _tried(self, rule: RoutingRule | None, form: RuleForm) -> HttpResponse:
        if not form.is_valid():
            return self._page(rule, form, code=UNPROCESSABLE)
        tickets = routing.newest_tickets(self.request.user)
        found = routing.tried_on(routing.drafted(rule, form.cleaned_data), tickets)
        tried = {"count": len(found), "of": len(tickets), "tickets": found[:NAMED]}
        return self._page(rule, form, tried)

    def _page(
        self, rule: RoutingRule | None, form: RuleForm | None = None, tried: Any = None,
        code: int = 200, remove_form: TypedForm | None = None,
    ) -> HttpResponse:  # fmt: skip
        context: dict[str, Any] = {
            "rule": rule,
            "form": form or remove_form,
            "rule_form": form or RuleForm(initial=_known(rule)),
            "tried": tried,
        }
        if rule is not None:
            since = clock.now() - timedelta(hours=24)
            context |= {
                "remove_form": remove_form or TypedForm(),
                "hits": routing.hits_since(since).get(rule.pk, 0),
            }
        return render(self.request, "admin/rule.html", context, status=code)


def _known(rule: RoutingRule | None) -> dict[str, Any] | None:
    return {name: getattr(rule, name) for name in routing.FIELDS} if rule else None


def _conditions(rule: RoutingRule) -> list[str]:
    """Say when a rule fits, a phrase for each condition."""
    said = []
    if rule.kind:
        said.append(str(kinds[rule.kind].label))
    if rule.channel:
        said.append(_("by %(channel)s") % {"channel": rule.get_channel_display()})
    if rule.organisation:
        said.append(_("from %(organisation)s") % {"organisation": rule.organisation})
    if rule.service:
        said.append(_("for %(service)s") % {"service": rule.service.title})
    if rule.words:
        said.append(_("with “%(words)s”") % {"words": rule.words})
    return said or [_("everything")]
