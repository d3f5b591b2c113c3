"""Who there is: organisations in a tree, people, teams, and the roles granted to people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import Access, load_access
from itsm.accounts.roles import Role
from itsm.accounts.second_step import Authenticator as Authenticator
from itsm.accounts.sign_in_links import SignInLink as SignInLink
from itsm.accounts.sign_in_links import SignInRules as SignInRules
from itsm.accounts.tokens import ApiToken as ApiToken
from itsm.accounts.trail import AdminEvent as AdminEvent
from itsm.core import clock


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Reads over the tree of organisations."""

    def ids_below(self, tops: Iterable[int]) -> dict[int, list[int]]:
        """Map each id given to the ids of its subtree, itself included. One query."""
        tops = list(tops)
        below: dict[int, list[int]] = {top: [] for top in tops}
        for pk, lineage in self.filter(lineage__overlap=tops).values_list("pk", "lineage"):
            for ancestor in lineage:
                if ancestor in below:
                    below[ancestor].append(pk)
        return below

    def visible_to(self, actor: Any) -> OrganisationQuerySet:
        """Staff see the organisations they work for, everybody their own."""
        access: Access = actor.access
        if access.works_everywhere:
            return self
        return self.filter(
            models.Q(pk__in=access.staff_organisations) | models.Q(pk=access.organisation_id)
        )

    def nameable_by(self, actor: Any, limits: Mapping[str, Any]) -> OrganisationQuerySet:
        """Keep the active ones a field may name, which is limited to suppliers, say.

        Whoever works here names any that fits the limits; without limits, one they see.
        """
        if not limits or not actor.access.is_staff:
            return self.visible_to(actor).filter(is_active=True, **limits)
        return self.filter(is_active=True, **limits)


class Organisation(models.Model):
    """A unit of the company, a customer, a supplier or a partner; they form a tree."""

    class Kind(models.TextChoices):
        INTERNAL = "internal", _("Internal unit")
        CUSTOMER = "customer", _("Customer")
        SUPPLIER = "supplier", _("Supplier")
        PARTNER = "partner", _("Partner")

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INTERNAL)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    lineage = ArrayField(
        models.BigIntegerField(),
        default=list,
        editable=False,
        help_text=_("Ids from the root down to this organisation, kept by save()."),
    )
    shares_records = models.BooleanField(
        _("members see each other's records"),
        default=False,
        help_text=_("When set, everybody in the organisation sees what any member raised."),
    )
    is_active = models.BooleanField(default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        indexes: ClassVar = [GinIndex(fields=["lineage"], name="organisation_lineage")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and rewrite the lineage of this organisation and all below when it moved."""
        super().save(*args, **kwargs)
        above = list(self.parent.lineage) if self.parent else []
        if self.pk in above:
            raise ValidationError(_("An organisation cannot be placed below itself."))
        self._rewrite_lineage(above)

    def _rewrite_lineage(self, above: list[int]) -> None:
        lineage = [*above, self.pk]
        if lineage != self.lineage:
            self.lineage = lineage
            Organisation.objects.filter(pk=self.pk).update(lineage=lineage)
            for child in self.children.all():
                child._rewrite_lineage(lineage)  # noqa: SLF001 - its own kind


class UserQuerySet(models.QuerySet["User"]):
    """Reads over people."""

    def visible_to(self, actor: Any) -> UserQuerySet:
        """Staff see everybody; others see themselves."""
        access: Access = actor.access
        return self if access.is_staff else self.filter(pk=access.user_id)

    def matching(self, words: str) -> UserQuerySet:
        """Keep active people whose name, address, phone or number holds each word."""
        found = self.filter(is_active=True)
        for word in words.split():
            found = found.filter(
                models.Q(name__icontains=word)
                | models.Q(email__icontains=word)
                | models.Q(phone__icontains=word)
                | models.Q(employee_number__iexact=word)
            )
        return found

    def named_alike(self, words: str) -> UserQuerySet:
        """Keep active people whose name holds each word, whatever its accents. Reads every name."""
        found = self.filter(is_active=True)
        for word in words.split():
            found = found.filter(name__unaccent__icontains=word)
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates people and finds them by e-mail address, whatever its case."""

    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> User:
        """Create a person. Without a password they cannot sign in with one."""
        user: User = self.model(email=email.strip().lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        found: User = self.get(email=(username or "").strip().lower())
        return found


class User(AbstractBaseUser):
    """A person, or the account an external system acts with.

    A person need not have an e-mail address: a caller may be known by name and phone only.
    """

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class AfterResolve(models.TextChoices):
        STAY = "stay", _("Stay on it")
        NEXT = "next", _("Open the next one of the list")
        LIST = "list", _("Go back to the list")

    email = models.EmailField(_("e-mail address"), unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    employee_number = models.CharField(_("employee number"), max_length=40, blank=True)
    place = models.CharField(_("place of work"), max_length=120, blank=True)
    desk_note = models.CharField(
        _("note for the desk"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_("Such as “VIP: call back within minutes”. Only staff read it."),
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="people")
    is_active = models.BooleanField(_("active"), default=True)
    is_service_account = models.BooleanField(
        default=False, help_text=_("An external system rather than a person.")
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    is_compact = models.BooleanField(_("compact rows"), default=False)
    key_map = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=_("The keys this person uses in place of the usual ones, by the usual one."),
    )
    has_key_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    undo_seconds = models.PositiveSmallIntegerField(
        _("seconds to take a reply back"),
        default=10,
        validators=[MaxValueValidator(60)],
        help_text=_("A reply is sent this long after it was written. 0 sends at once, 60 at most."),
    )
    after_resolve = models.CharField(
        _("after a record is resolved"),
        max_length=4,
        choices=AfterResolve,
        default=AfterResolve.STAY,
        db_default="stay",
    )
    session_stamp = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    external_source = models.CharField(max_length=60, blank=True, editable=False)
    external_id = models.CharField(max_length=120, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        ordering = ("name", "pk")
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="user_name_trigram"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="user_email_trigram"),
            GinIndex(OpClass(Upper("phone"), name="gin_trgm_ops"), name="user_phone_trigram"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "external_source",
                "external_id",
                name="user_external_once",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                name="user_email_lower",
                condition=models.Q(email__isnull=True) | models.Q(email=Lower("email")),
                violation_error_message=_("Write the address in lower case."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower() if self.email else None
        if self.time_zone not in available_timezones():
            raise ValidationError(
                {"time_zone": _("Use the name of a time zone, such as Europe/Vienna.")}
            )

    def end_sessions(self) -> None:
        """End every session of this person: what they may do, or how they sign in, has changed."""
        User.objects.filter(pk=self.pk).update(session_stamp=models.F("session_stamp") + 1)
        self.refresh_from_db(fields=["session_stamp"])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to the password and to the stamp; Django asks with older secrets as well."""
        said = f"{self.password}:{self.session_stamp}"
        return salted_hmac("accounts.session", said, secret=secret, algorithm="sha256").hexdigest()

    #: The name of the token by which a program came in as this person; empty for the person themselves.
    program = ""

    @cached_property
    def access(self) -> Access:
        """What this person may see and do, read once and kept for the life of this object."""
        return load_access(self)

    @property
    def own_keys(self) -> str:
        """The keys this person chose, as the script of the pages reads them."""
        return json.dumps(self.key_map)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class TeamQuerySet(models.QuerySet["Team"]):
    """Reads over teams."""

    def visible_to(self, actor: Any) -> TeamQuerySet:
        """Staff see every team, so that work can be handed on; others see none."""
        return self if actor.access.is_staff else self.none()


class Team(models.Model):
    """A group of people that work is assigned to."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="teams")
    email = models.EmailField(_("shared address"), blank=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")
    is_active = models.BooleanField(default=True)
    external_source = models.CharField(max_length=60, blank=True, editable=False)
    external_id = models.CharField(max_length=120, blank=True, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                "external_source",
                "external_id",
                name="team_external_once",
                condition=~models.Q(external_id=""),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person in one team."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("user", "team", name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class RoleGrant(models.Model):
    """A role given to a person: everywhere, in an organisation and all below it, or in a team."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "user",
                "role",
                "organisation",
                "team",
                name="role_granted_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="role_grant_one_place",
                condition=models.Q(organisation__isnull=True) | models.Q(team__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        where = self.organisation or self.team or _("everywhere")
        return f"{self.user}: {self.get_role_display()} ({where})"
