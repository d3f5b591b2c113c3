"""Settings of the test run: the same program, with a fast password hasher and mail kept in memory."""

import os

from itsm.settings import *  # noqa: F403
from itsm.settings import CACHES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["*"]
API_RATE = "100000/min"
CELERY_TASK_ALWAYS_EAGER = False
# Static files straight from the sources: no collectstatic before a test.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# Processes that test at the same time have a database each, with the same numbers in it, but one
# Redis: what is counted for token 1 of one must not count for token 1 of the other.
CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"
