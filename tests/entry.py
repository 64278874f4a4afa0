"""A test client that goes in by the portal's own entry, as every request of the web server does."""

from __future__ import annotations

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from portal.core.entry import settle_headers


def by_the_entry(client: Client) -> Client:
    handler = client.handler

    def settled(environ):
        settle_headers(environ)
        return handler(environ)

    client.handler = settled
    return client


@pytest.fixture
def keep_the_connection():
    """A server closes connections between requests; here one transaction holds the world of the test."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)
