"""A Redis of a test's own, which it may stop."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache

from portal import embedded
from portal.celery import app
from portal.core import redis as redis_store
from portal.core.limits.buckets import forget_here


def use(settings, url: str) -> None:
    """The portal of this process asks the Redis at `url`, for cache, limits and tasks."""
    settings.REDIS_URL = url
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": url}}
    app.conf.broker_url = url.replace("unix://", "redis+socket://", 1)
    app._after_fork()  # pools of connections are made anew


@pytest.fixture
def broker():
    kept = app.conf.broker_url
    yield
    app.conf.broker_url = kept
    app._after_fork()


@pytest.fixture
def own_redis(tmp_path_factory, settings, broker) -> Path:
    """A Redis of this test alone, used before it is stopped: kept connections are then dead ones."""
    forget_here()
    var = tmp_path_factory.mktemp("redis")
    url = embedded.start_redis(var, durable=False)
    use(settings, url)
    cache.set("before", 1)
    assert cache.get("before") == 1
    yield var
    embedded.stop_redis(var)
    redis_store._resting.clear()
    forget_here()


@pytest.fixture
def away(own_redis) -> Path:
    embedded.stop_redis(own_redis)
    return own_redis
