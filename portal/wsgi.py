"""Production entry: granian --interface wsgi portal.wsgi:application (docs/operations.md)."""

import os

from django.core.wsgi import get_wsgi_application

from portal.celery import app as celery_app  # noqa: F401  tasks sent from a page reach our broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
