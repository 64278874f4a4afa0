"""For live streams only; pages and the API are served by WSGI (docs/architecture.md, 'Speed')."""

import os

# As in portal/wsgi.py: before anything that loads the settings.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["PORTAL_PROCESS"] = "web"

from django.core.asgi import get_asgi_application

from portal.celery import app as celery_app  # noqa: F401  tasks sent from a page reach our broker

application = get_asgi_application()
