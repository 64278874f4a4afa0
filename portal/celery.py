"""Background work: `celery -A portal.celery worker` and `… beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
app = Celery("portal", task_cls="portal.core.rounds:Round")  # each round asks first whose clock is right
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
