"""Liveness needs nothing; readiness needs the database, and says whether Redis answers."""

import pytest
from django.test import Client


def test_alive_without_database():
    # No django_db mark: a query would fail the test.
    response = Client().get("/health/")
    assert response.status_code == 200
    assert response.json() == {"alive": True}
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_names_both_parts():
    response = Client().get("/health/ready/")
    assert response.json() == {
        "ready": True, "database": True, "redis": True, "clock": True, "clock_alarm": None,
    }  # fmt: skip


@pytest.mark.django_db
def test_ready_without_redis_and_says_so(settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    response = Client().get("/health/ready/")
    assert response.status_code == 200
    said = response.json()
    assert (said["ready"], said["database"], said["redis"]) == (True, True, False)
