"""For live streams only; pages and the API are served by WSGI (docs/architecture.md, 'Speed')."""

import os

from django.core.asgi import get_asgi_application

from portal.celery import app as celery_app  # noqa: F401  tasks sent from a page reach our broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_asgi_application()
