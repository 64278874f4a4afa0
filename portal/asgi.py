"""For live streams only; pages and the API are served by WSGI (docs/architecture.md, 'Speed')."""

import os

from django.core.asgi import get_asgi_application

from portal.celery import app as celery_app  # noqa: F401  tasks sent from a page reach our broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["PORTAL_PROCESS"] = "web"  # the settings limit how long it waits for the database
application = get_asgi_application()
