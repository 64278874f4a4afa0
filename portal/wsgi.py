"""The web server's entry: python -m portal.web (docs/operations.md)."""

import gc
import os

# Before anything of ours is imported: the first that asks for the settings loads them, and they limit how long a web
# process waits for the database.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["PORTAL_PROCESS"] = "web"

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from portal.celery import app as celery_app  # noqa: F401  tasks sent from a page reach our broker
from portal.core.clock_gate import ClockGate
from portal.core.entry import Entry

application = Entry(ClockGate(get_wsgi_application()))

# What is loaded by now lives as long as the process. Left to the collector, it would be walked again and again while
# requests wait: tenths of a second each time.
_loaded = get_resolver().url_patterns
gc.collect()
gc.freeze()
