"""Makes an API token for a person or a service account and prints it, and nothing else."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.accounts import scopes
from itsm.accounts.access import SYSTEM
from itsm.accounts.actions import issue_token
from itsm.accounts.models import Organisation, User
from itsm.core.errors import RuleViolation


class Command(BaseCommand):
    """Prints the token alone on the standard output, so that a script can keep it."""

    help = "Make an API token. It is printed once and cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL", help="Whom it acts as.")
        parser.add_argument(
            "--scopes",
            default=",".join(scopes.EVERYTHING),
            help="Comma-separated, for example tickets:read,tickets:write. Default: everything.",
        )
        parser.add_argument("--name", default="create_token", help="Which program will use it.")
        parser.add_argument("--days", type=int, default=90, help="How long it works.")
        parser.add_argument("--organisation", help="Keep it within this organisation, by name.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token. CommandError says what to change when it cannot be made."""
        del args
        try:
            token, written = issue_token(
                user=_person(options["user"]),
                name=options["name"],
                scopes=[part.strip() for part in options["scopes"].split(",") if part.strip()],
                actor=SYSTEM,
                lifetime=timedelta(days=options["days"]),
                organisation=_organisation(options["organisation"]),
            )
        except (RuleViolation, OverflowError) as refusal:
            raise CommandError(str(refusal)) from None
        words = ", ".join(token.scopes)
        self.stderr.write(f"{token.user} until {token.expires_at:%Y-%m-%d}: {words}. Keep it safe.")
        self.stdout.write(written)


def _person(email: str) -> User:
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        raise CommandError(f"Nobody has the address {email}.") from None


def _organisation(name: str | None) -> Organisation | None:
    if name is None:
        return None
    try:
        return Organisation.objects.get(name=name)
    except Organisation.DoesNotExist:
        raise CommandError(f"There is no organisation named {name}.") from None
