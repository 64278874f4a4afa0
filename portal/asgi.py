"""For live streams only; pages and the API are served by WSGI (docs/architecture.md, 'Speed')."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_asgi_application()
