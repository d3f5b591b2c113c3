"""What must hold before the program serves anybody, and what is done once before it does."""

from __future__ import annotations

import gc

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 32
#: Words that stand in examples where a secret should be.
NO_SECRETS = ("changeme", "change-me", "insecure", "secret-key", "example", "password")


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, naming everything that is wrong; the embedded engines are spared DEBUG.

    Web, worker and beat call this when they start. Commands do not: an image is built, and a database
    migrated, without anybody being served.
    """
    wrong = list(_wrong())
    if wrong:
        raise ImproperlyConfigured("Throughline does not start like this. " + " ".join(wrong))


def keep_what_is_loaded() -> None:
    """Say that what was loaded to serve requests stays: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


def _wrong() -> list[str]:
    found = []
    if settings.DEBUG and not settings.IS_EMBEDDED:
        found.append("DEBUG is on: it shows settings and source to everybody. Set DEBUG=0.")
    secret = str(settings.SECRET_KEY)
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < 8:
        found.append(f"SECRET_KEY is too short: at least {SHORTEST_SECRET} random characters.")
    elif any(word in secret.lower() for word in NO_SECRETS):
        found.append("SECRET_KEY is an example: make a random one.")
    if not settings.ALLOWED_HOSTS:
        found.append("ALLOWED_HOSTS is empty: set it, or SITE_URL.")
    elif "*" in settings.ALLOWED_HOSTS:
        found.append("ALLOWED_HOSTS allows every name: name the hosts people use.")
    return found
