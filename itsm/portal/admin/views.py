"""The administrators' pages for people, organisations and teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from itsm.accounts import administering, second_step
from itsm.accounts.administering import ORGANISATION_FIELDS, PERSON_FIELDS, TEAM_FIELDS
from itsm.accounts.models import Membership, Organisation, RoleGrant, Team, User
from itsm.accounts.roles import Role
from itsm.accounts.tasks import send_invitation
from itsm.core.errors import RuleViolation
from itsm.portal.admin.forms import (
    GrantForm,
    MemberForm,
    OrganisationForm,
    PersonForm,
    TeamForm,
    TypedForm,
)
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt

#: So many people are listed; words narrow the list.
SHOWN = 100


class AdminView(StaffView):
    """A page for administrators; for everybody else it does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated and not administering.may_administer(user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def found(self, model: Any, pk: int | None) -> Any:
        """Return the row, None for a new one, 404 for one that is not there."""
        if pk is None:
            return None
        row = model.objects.filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def settle(self, act: Callable[[], Any], said: str) -> None:
        """Do one thing and say so, or say why not."""
        try:
            act()
        except RuleViolation as violation:
            messages.error(self.request, str(violation.message))
        else:
            messages.success(self.request, said)


class PeopleView(AdminView):
    """Everybody, found by words."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List people with their roles."""
        words = request.GET.get("q", "").strip()[:100]
        found = User.objects.visible_to(request.user)
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word) | Q(email__icontains=word)
                | Q(organisation__name__icontains=word)
            )  # fmt: skip
        people = found.select_related("organisation").prefetch_related("grants")[:SHOWN]
        return render(
            request,
            "admin/people.html",
            {"people": people, "words": words, "shown": SHOWN, "total": found.count()},
        )


class PersonView(AdminView):
    """One person: what is known, roles, whether they may sign in."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the form, and for somebody known their roles."""
        return self._page(self.found(User, pk))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Do the one thing whose button was pressed."""
        person = self.found(User, pk)
        what = request.POST.get("do", "person")
        if person is not None and what in ("withdraw", "activate", "link", "invite", "second_step"):
            return self._settle(person, what)
        made: dict[str, Any] = {"person": PersonForm, "grant": GrantForm, "stop": TypedForm}
        if what not in made or (person is None and what != "person"):
            raise Http404
        form = made[what](request.POST)
        saved = attempt(form, lambda data: getattr(self, f"_{what}")(person, data))
        if saved is None:
            return self._page(person, {what: form}, code=UNPROCESSABLE)
        messages.success(request, _("Saved."))
        return redirect("admin-person", pk=saved.pk)

    def _person(self, person: User | None, data: dict[str, Any]) -> User:
        return administering.save_person(person, data, actor=self._actor)

    def _grant(self, person: User, data: dict[str, Any]) -> User:
        administering.grant_role(person, actor=self._actor, **data)
        return person

    def _stop(self, person: User, data: dict[str, Any]) -> User:
        if data["typed"] != person.name:
            message = _("This is not the name. It is: %(name)s") % {"name": person.name}
            raise RuleViolation("not_the_name", message, field="typed")
        return administering.set_active(person, is_active=False, actor=self._actor)

    def _settle(self, person: User, what: str) -> HttpResponse:
        if what == "link":
            try:
                words = administering.password_words(person, actor=self._actor)
            except RuleViolation as violation:
                messages.error(self.request, str(violation.message))
                return redirect("admin-person", pk=person.pk)
            link = self.request.build_absolute_uri(reverse("password-set", kwargs=words))
            return self._page(person, link=link)
        if what == "invite":
            self.settle(lambda: self._invite(person), _("The invitation is on its way."))
            return redirect("admin-person", pk=person.pk)
        if what == "second_step":
            self.settle(
                lambda: second_step.switch_off(person, actor=self._actor),
                _("Signing in asks them for no code any more."),
            )
            return redirect("admin-person", pk=person.pk)
        if what == "activate":
            self.settle(
                lambda: administering.set_active(person, is_active=True, actor=self._actor),
                _("They may sign in again."),
            )
            return redirect("admin-person", pk=person.pk)
        given = self.request.POST.get("grant", "")
        grant = person.grants.filter(pk=int(given) if given.isdecimal() else 0).first()
        if grant is None:
            raise Http404
        self.settle(
            lambda: administering.withdraw_role(grant, actor=self._actor),
            _("The role is withdrawn."),
        )
        return redirect("admin-person", pk=person.pk)

    def _invite(self, person: User) -> None:
        administering.invite(person, actor=self._actor)
        transaction.on_commit(lambda: send_invitation.delay(person.pk))

    @property
    def _actor(self) -> Any:
        return self.request.user

    def _page(
        self, person: User | None, bound: dict[str, Any] | None = None, *, link: str = "",
        code: int = 200,
    ) -> HttpResponse:  # fmt: skip
        bound = bound or {}
        known: dict[str, Any] = {"organisation": self._actor.organisation}
        if person:
            known = {name: getattr(person, name) for name in PERSON_FIELDS}
        context = {
            "person": person,
            "form": next(iter(bound.values()), PersonForm()),
            "person_form": bound.get("person") or PersonForm(initial=known),
            "grant_form": bound.get("grant") or GrantForm(),
            "stop_form": bound.get("stop") or TypedForm(),
            "grants": person.grants.select_related("organisation", "team") if person else [],
            "teams": person.teams.all() if person else [],
            "link": link,
            "has_second_step": person is not None and second_step.is_asked_of(person),
        }
        response = render(self.request, "admin/person.html", context, status=code)
        if link:
            response["Cache-Control"] = "no-store, private"
        return response


class RolesView(AdminView):
    """Who holds which role, as one table."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show people by role."""
        held: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        people: dict[int, User] = {}
        grants = RoleGrant.objects.select_related("user", "organisation", "team")
        for grant in grants.order_by("user__name", "pk"):
            people[grant.user_id] = grant.user
            where = str(grant.organisation or grant.team or "")
            held[grant.user_id][grant.role].append(where)
        named = {where for roles in held.values() for places in roles.values() for where in places}
        places = {where: n for n, where in enumerate(sorted(named - {""}, key=str.lower), 1)}
        rows = [
            (person, [_held(held[pk].get(role, []), places) for role in Role.values])
            for pk, person in people.items()
        ]
        context = {"roles": Role.labels, "rows": rows, "places": list(places.items())}
        return render(request, "admin/roles.html", context)


def _held(where: list[str], places: dict[str, int]) -> dict[str, str]:
    """Return where a role is held, by the numbers of the places and by their names."""
    if "" in where:
        return {"numbers": _("all"), "names": _("everywhere")}
    numbers = sorted((places[one], one) for one in where)
    return {
        "numbers": ", ".join(str(number) for number, _one in numbers),
        "names": ", ".join(one for _number, one in numbers),
    }


class OrganisationsView(AdminView):
    """The tree of organisations."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it from the top, each with how many people it has."""
        found = sorted(
            Organisation.objects.annotate(n=Count("people")), key=lambda one: one.name.lower()
        )
        below: dict[int | None, list[Any]] = defaultdict(list)
        for one in found:
            below[one.parent_id].append(one)
        rows: list[dict[str, Any]] = []

        def walk(parent: int | None, depth: int) -> None:
            for one in below[parent]:
                rows.append({"organisation": one, "indent": "– " * depth})  # noqa: RUF001 - a dash in print
                walk(one.pk, depth + 1)

        walk(None, 0)
        return render(request, "admin/organisations.html", {"rows": rows})


class OrganisationView(AdminView):
    """One organisation."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the form."""
        row = self.found(Organisation, pk)
        known = {name: getattr(row, name) for name in ORGANISATION_FIELDS} if row else {}
        return self._page(row, OrganisationForm(initial=known))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Save it, or show what is wrong."""
        row = self.found(Organisation, pk)
        form = OrganisationForm(request.POST)
        actor: Any = request.user
        saved = attempt(form, lambda data: administering.save_organisation(row, data, actor=actor))
        if saved is None:
            return self._page(row, form, UNPROCESSABLE)
        messages.success(request, _("Saved."))
        return redirect("admin-organisations")

    def _page(self, row: Any, form: OrganisationForm, code: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "title": row.name if row else _("New organisation"),
            "back_url": reverse("admin-organisations"),
            "back": _("Organisations"),
        }
        return render(self.request, "admin/form.html", context, status=code)


class TeamsView(AdminView):
    """All teams."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them with how many people they have."""
        teams = Team.objects.select_related("organisation").annotate(n=Count("memberships"))
        return render(request, "admin/teams.html", {"teams": teams})


class TeamView(AdminView):
    """One team and who is in it."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the form, and for a known team its members."""
        return self._page(self.found(Team, pk))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Save the team, or add or remove a member."""
        team = self.found(Team, pk)
        actor: Any = request.user
        what = request.POST.get("do", "team")
        if team is not None and what == "remove":
            given = request.POST.get("member", "")
            member = team.memberships.filter(pk=int(given) if given.isdecimal() else 0).first()
            if member is None:
                raise Http404
            self.settle(
                lambda: administering.remove_member(member, actor=actor),
                _("They are no longer in the team."),
            )
            return redirect("admin-team", pk=team.pk)
        if team is not None and what == "member":
            form: Any = MemberForm(request.POST, actor=actor)

            def act(data: dict[str, Any]) -> Team:
                administering.add_member(team, data["person"], is_lead=data["is_lead"], actor=actor)
                return team
        else:
            form = TeamForm(request.POST)

            def act(data: dict[str, Any]) -> Team:
                return administering.save_team(team, data, actor=actor)

        saved = attempt(form, act)
        if saved is None:
            return self._page(team, {what: form}, UNPROCESSABLE)
        messages.success(request, _("Saved."))
        return redirect("admin-team", pk=saved.pk)

    def _page(
        self, team: Team | None, bound: dict[str, Any] | None = None, code: int = 200
    ) -> HttpResponse:
        bound = bound or {}
        actor: Any = self.request.user
        known: dict[str, Any] = {"organisation": actor.organisation, "is_active": True}
        if team:
            known = {name: getattr(team, name) for name in TEAM_FIELDS}
        members: Any = Membership.objects.none()
        if team is not None:
            members = team.memberships.select_related("user").order_by("user__name")
        context = {
            "team": team,
            "form": next(iter(bound.values()), TeamForm()),
            "team_form": bound.get("team") or TeamForm(initial=known),
            "member_form": bound.get("member") or MemberForm(actor=actor),
            "members": members,
        }
        return render(self.request, "admin/team.html", context, status=code)
