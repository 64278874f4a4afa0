"""/dev/messages/ shows a developer what would have been sent, and does not exist in production."""

import pytest
from django.utils import timezone

from portal.notify.services import deliver_waiting, send
from portal.notify.sms import TryAgain
from tests.notify.providers import Provider
from tests.notify.test_account_messages import arrival

pytestmark = pytest.mark.django_db
URL = "/dev/messages/"


def code(phone="+8613800138000", digits="654321"):
    values = {"code": digits, "minutes": 5}
    return send(template="login_code", recipient=phone, parameters=values, dedupe_key=digits, now=timezone.now())


def test_developer_reads_the_code(client):
    code()
    response = client.get(URL)
    assert response.status_code == 200
    assert "654321" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_filtered_by_the_end_of_the_phone(client):
    code()
    code("+8613900000001", "111222")
    html = client.get(f"{URL}?tail=０００１").content.decode()
    assert "111222" in html
    assert "654321" not in html
    assert "还没有短信" in client.get(f"{URL}?tail=9999").content.decode()


def test_a_batched_message_before_it_is_sent(client):
    arrival(1)
    html = client.get(URL).content.decode()
    assert "待合并" in html
    assert "482 913" in html


def test_tries_and_cost_are_told(client, settings):
    settings.SMS_PRICES = {"two": 450}
    code()
    deliver_waiting(channels=[Provider(TryAgain("throttled"), name="one"), Provider(name="two")])
    html = client.get(URL).content.decode()
    assert "throttled" in html
    assert "0.0450" in html


def test_reloads_by_itself_when_asked(client):
    assert 'http-equiv="refresh"' not in client.get(URL).content.decode()
    assert 'http-equiv="refresh" content="5"' in client.get(f"{URL}?refresh=1").content.decode()


def test_page_without_messages_says_so(client):
    assert "还没有短信" in client.get(URL).content.decode()


def test_no_such_page_in_production(client, settings):
    settings.PRODUCTION = True
    assert client.get(URL).status_code == 404


def test_a_full_page_asks_as_often_as_a_short_one(client, django_assert_max_num_queries):
    for number in range(20):
        arrival(number)
    with django_assert_max_num_queries(6):
        client.get(URL)


@pytest.mark.parametrize("address", ["192.168.1.20", "203.0.113.9", "fe80::1"])
def test_codes_are_shown_to_this_machine_alone(client, address):
    """A trial opened to the network with --host must not hand out everybody's login."""
    code()
    response = client.get(URL, REMOTE_ADDR=address)
    assert response.status_code == 404
    assert "654321" not in response.content.decode()
    assert client.get(URL, REMOTE_ADDR="::1").status_code == 200
