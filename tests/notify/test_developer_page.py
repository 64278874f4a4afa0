"""/dev/messages/ shows a developer what would have been sent, and does not exist in production."""

import pytest
from django.utils import timezone

from portal.notify.services import send

pytestmark = pytest.mark.django_db


def test_developer_reads_the_code(client):
    send(
        template="login_code",
        recipient="+8613800138000",
        parameters={"code": "654321", "minutes": 5},
        dedupe_key="k",
        now=timezone.now(),
    )
    response = client.get("/dev/messages/")
    assert response.status_code == 200
    assert "654321" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_page_without_messages_says_so(client):
    assert "还没有短信" in client.get("/dev/messages/").content.decode()


def test_no_such_page_in_production(client, settings):
    settings.PRODUCTION = True
    assert client.get("/dev/messages/").status_code == 404
