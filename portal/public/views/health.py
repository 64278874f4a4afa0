"""Is it alive, and can it work: for the process manager and the load balancer."""

from __future__ import annotations

import json
import logging

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpResponse

from portal.core.access import public
from portal.core.redis import RedisAway, ask
from portal.core.referee import agrees, alarm

log = logging.getLogger(__name__)


def _answer(status: int, **facts) -> HttpResponse:
    response = HttpResponse(json.dumps(facts), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


@public("a process manager asks without credentials; says nothing but that the process lives")
def alive(request):
    """200 as long as the process answers; asks neither database nor Redis."""
    return _answer(200, alive=True)


alive.fast_lane = True


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        log.warning("not ready: database %s", type(error).__name__)
        return False
    return True


def _redis() -> bool:
    try:
        ask(lambda store: store.ping())
    except RedisAway:
        return False
    return True


@public("a load balancer asks without credentials; says only which part is missing")
def ready(request):
    """200 when the database answers and the clock is right, else 503 with what is missing.

    Says whether Redis answers: without it pages work, and tasks wait.
    `clock_alarm` names a process of the portal whose clock was found wrong within the last ten minutes.
    """
    facts = {"database": _database(), "redis": _redis()}
    facts["clock"] = facts["database"] and agrees("web")
    works = facts["database"] and facts["clock"]
    told = alarm()
    return _answer(
        200 if works else 503, ready=works, **facts,
        clock_alarm=told["process"] if told else None,
    )  # fmt: skip


ready.fast_lane = True
