"""The door for web servers that speak WSGI."""

import os

from django.core.wsgi import get_wsgi_application

from itsm.core.starting import keep_what_is_loaded, refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

application = get_wsgi_application()
refuse_unsafe_start()
keep_what_is_loaded()
