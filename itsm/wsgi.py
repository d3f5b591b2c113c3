"""The door for web servers that speak WSGI."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from itsm.core.starting import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

application = get_wsgi_application()
refuse_unsafe_start()

# What was loaded to serve requests stays for good: the collector need not walk it again and again.
gc.collect()
gc.freeze()
