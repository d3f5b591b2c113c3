"""Settings, read from the environment once, loudly when something needed is not there.

`manage.py` sets what an embedded run needs before this file is read; in production the container's
environment does. The README lists every variable.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """Return a variable, or the content of the file named by `<name>_FILE`, or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(
            f"Set {name} in the environment. `python3 manage.py up` does so by itself; "
            "for production see docker-compose.yml."
        )
    return value


def env_bool(name: str, *, default: bool) -> bool:
    """Return a variable that says yes (1, true, yes, on) or no (0, false, no, off, empty)."""
    value = os.environ.get(name, str(int(default))).strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def env_int(name: str, default: int) -> int:
    """Return a variable that holds a whole number."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from None


def env_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without empty entries."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def attachment_storage() -> dict[str, Any]:
    """Return where attachments are kept: a bucket when S3_BUCKET names one, else the data folder."""
    bucket = os.environ.get("S3_BUCKET", "")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if find_spec("storages") is None:
        raise ImproperlyConfigured(
            "S3_BUCKET is set, but django-storages is not installed: pip install 'throughline[s3]'."
        )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": os.environ.get("S3_PREFIX", ""),
            "endpoint_url": os.environ.get("S3_ENDPOINT") or None,
            "region_name": os.environ.get("S3_REGION") or None,
            # Without keys the machine's own role is asked, as every AWS program does.
            "access_key": env("S3_ACCESS_KEY", "") or None,
            "secret_key": env("S3_SECRET_KEY", "") or None,
            "addressing_style": os.environ.get("S3_ADDRESSING", "auto"),
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }


def check_sign_in(issuer: str, client_id: str) -> None:
    """Refuse a provider that could be listened to, one without a client, and one without the library."""
    if not issuer:
        return
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https://.")
    if not client_id:
        raise ImproperlyConfigured("OIDC_ISSUER is set; set OIDC_CLIENT_ID as well.")
    if find_spec("authlib") is None:
        raise ImproperlyConfigured(
            "OIDC_ISSUER is set, but authlib is not installed: pip install 'throughline[sso]'."
        )


def postgres(url: str) -> dict[str, object]:
    """Translate `postgres://user:password@host:port/name?host=/socket/dir` for Django."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// : no other engine.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "throughline",
        "USER": query.pop("user", "") or unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(query.pop("port", "") or parts.port or ""),
        "CONN_MAX_AGE": env_int("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


# What this is and where it runs ------------------------------------------------------------------

DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
SITE_URL = env("SITE_URL", "http://localhost:8000").rstrip("/")
# Whether `manage.py` runs the engines: somebody's own machine, not production.
IS_EMBEDDED = env_bool("THROUGHLINE_EMBEDDED", default=False)
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", urlsplit(SITE_URL).hostname or "")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", SITE_URL if IS_HTTPS else "")
DATA_DIR = Path(env("THROUGHLINE_DATA", str(BASE_DIR / ".data")))

INSTALLED_APPS = [
    "itsm",
    "itsm.core",
    "itsm.accounts",
    "itsm.branding",
    "valuechain.records",
    "valuechain.approvals",
    "valuechain.plan",
    "valuechain.design_transition",
    "valuechain.engage",
    "valuechain.improve",
    "valuechain.obtain_build",
    "valuechain.deliver_support",
    "valuechain.streams",
    "tickets",
    "tickets.mail",
    "sla",
    "itsm.notifications",
    "itsm.webhooks",
    "itsm.portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "itsm.core.middleware.RequestIdMiddleware",
    "itsm.core.middleware.SecurityHeadersMiddleware",
    "itsm.core.metrics.RequestFiguresMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "itsm.accounts.middleware.PersonalSettingsMiddleware",
    "itsm.accounts.middleware.SecondStepMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "itsm.core.sent_once.SentOnceMiddleware",
]

ROOT_URLCONF = "itsm.urls"
WSGI_APPLICATION = "itsm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "itsm.branding.reading.brand",
                "itsm.portal.shell.shell",
                "itsm.notifications.counting.notifications",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "itsm.core.templatetags.ui",
                "itsm.core.templatetags.fields",
                "itsm.core.templatetags.constants",
            ],
        },
    }
]
FORM_RENDERER = "itsm.core.controls.Controls"

# Truth and messages ------------------------------------------------------------------------------

DATABASES = {"default": postgres(env("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
# Celery spells a unix socket redis+socket://, Django's cache spells it unix://; accept either.
_socket = REDIS_URL.startswith(("unix://", "redis+socket://"))
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://") if _socket else REDIS_URL,
        "KEY_PREFIX": "throughline",
    },
    # Pieces of pages that are the same for everybody; each process keeps its own.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://") if _socket else REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
# Longer than the longest task may run, or a slow task would be handed out a second time.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "UTC"

# People ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# People who work here then have to set up a second step before they go on.
MFA_REQUIRED_FOR_STAFF = env_bool("MFA_REQUIRED_FOR_STAFF", default=False)
# Signing in with the account of the house: the address of its OpenID Connect provider, empty for none.
OIDC_ISSUER = env("OIDC_ISSUER", "")
OIDC_CLIENT_ID = env("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env("OIDC_NAME", "")
check_sign_in(OIDC_ISSUER, OIDC_CLIENT_ID)
# A link with which a password is set works once, and for a day.
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

if IS_HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
BEHIND_PROXY = env_bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whether browsers ship a list that names this site is its owner's choice, and hard to take back.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Uploads and bodies ------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
ATTACHMENT_MAX_BYTES = env_int("ATTACHMENT_MAX_BYTES", 20 * 1024 * 1024)
# Files of these kinds are refused, and so is whatever begins as a program does.
ATTACHMENT_DENIED = env_list(
    "ATTACHMENT_DENIED",
    "exe,com,scr,pif,bat,cmd,msi,msp,dll,sys,cpl,hta,jar,js,jse,vbs,vbe,ws,wsf,wsh,ps1,psm1,lnk,reg,scf,app,dmg",
)
# A mail larger than this is left on the mail server, and the mailbox says so.
MAIL_MAX_BYTES = env_int("MAIL_MAX_BYTES", 40 * 1024 * 1024)
# Where clamd listens, as tcp://host:port or unix:///path; files are then opened by nobody before it has
# looked at them. Empty: files are not scanned.
CLAMD = env("CLAMD", "")
MEDIA_ROOT = DATA_DIR / "attachments"
FILE_UPLOAD_PERMISSIONS = 0o600

# Words, times, files -----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "itsm" / "locale"]
TIME_ZONE = env("TIME_ZONE", "UTC")
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "itsm.core.static_files.BundleFinder",
]
STORAGES = {
    "default": attachment_storage(),
    "staticfiles": {
        "BACKEND": "itsm.core.static_files.QuickStaticFilesStorage"
        if IS_EMBEDDED
        else "itsm.core.static_files.ModuleStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Besides what is compressed already: maps, which only a developer's browser ever asks for.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "gif", "webp", "ico", "woff", "woff2", "map")
# Without a mail server, mail is written to files in the data folder.
EMAIL_BACKEND = env(
    "EMAIL_BACKEND",
    f"django.core.mail.backends.{'smtp' if os.environ.get('EMAIL_HOST') else 'filebased'}.EmailBackend",
)
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
# STARTTLS, or TLS from the start; never both.
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "service-desk@localhost")

# Webhooks go out to the world; only for a try on one machine may they go to private addresses, unencrypted.
WEBHOOK_PRIVATE_TARGETS = env_bool("WEBHOOK_PRIVATE_TARGETS", default=False)

# What a filter says that narrows nothing.
FILTERS_EMPTY_CHOICE_LABEL = _("Any")

# REST --------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "itsm.accounts.authentication.TokenAuthentication",
        "itsm.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["itsm.accounts.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["itsm.core.rest.parsers.BoundedJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["itsm.core.rest.throttles.CallerThrottle"],
    "DEFAULT_PAGINATION_CLASS": "itsm.core.rest.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["itsm.core.rest.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "itsm.core.rest.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "itsm.core.rest.problems.exception_handler",
    "DATETIME_FORMAT": "iso-8601",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_RATE = env("API_RATE", "1200/min")
# Who may read figures and the details of health; everybody else learns only "ok" or "not ok".
METRICS_ALLOWED = env_list("METRICS_ALLOWED", "127.0.0.0/8,::1/128")
SPECTACULAR_SETTINGS = {
    "TITLE": "Throughline REST API",
    "DESCRIPTION": "Every record of the service value chain, for machines.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Fields of one name with different choices, and choices shared by fields of different names.
    "ENUM_NAME_OVERRIDES": {
        "ChainActivity": "valuechain.records.vocabulary.Activity",
        "CommentForm": "valuechain.records.models.conversation.Comment.Form",
        "InteractionForm": "valuechain.engage.models.relations.Interaction.Form",
        "NeedHorizon": "valuechain.engage.models.need.Need.Horizon",
        "PortfolioHorizon": "valuechain.plan.models.PortfolioItem.Horizon",
        "RequirementHorizon": "valuechain.design_transition.models.Horizon",
        "EffortSize": "valuechain.engage.models.need.Need.Size",
        "StakeholderRole": "valuechain.engage.models.relations.Stakeholder.Role",
        "StakeholderLevel": "valuechain.engage.models.relations.Stakeholder.Level",
        "PersonRole": "itsm.accounts.roles.Role",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "itsm.core.rest.schema.add_problem",
    ],
}

# Logs --------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "itsm.core.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "itsm.core.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
}
