"""The outbox: one message of one fact, delivered once, tried again, given up, never lost."""

import datetime as dt

import pytest
from django.db import connection, transaction

from portal.notify.models import Message
from portal.notify.services import CLAIM_LASTS, FIRST_PAUSE, MAX_ATTEMPTS, claim, deliver, deliver_waiting, send
from portal.notify.services import delivery as machine
from portal.notify.sms import NeverWorks, TryAgain
from portal.notify.states import Status
from portal.notify.templates import TemplateMisuse
from tests.notify.providers import Provider

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
PHONE = "+8613800138000"


def make(key="fact:1", **extra):
    values = {"code": "123456", "minutes": 5}
    extra = {"expires_at": NOW + dt.timedelta(days=30), **extra}
    return send(template="login_code", recipient=PHONE, parameters=values, dedupe_key=key, now=NOW, **extra)


def at(moment):
    return lambda: moment


def test_one_fact_makes_one_message():
    assert make().pk == make().pk
    assert Message.objects.count() == 1


def test_message_of_a_rolled_back_fact_is_never_sent():
    with transaction.atomic():
        make()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.parametrize("parameters", [{"code": "1"}, {"code": "1", "minutes": 5, "name": "x"}])
def test_missing_and_undeclared_variables_are_refused(parameters):
    with pytest.raises(TemplateMisuse):
        send(template="login_code", recipient=PHONE, parameters=parameters, dedupe_key="k", now=NOW)
    assert not Message.objects.exists()


def test_unknown_template_is_refused():
    with pytest.raises(TemplateMisuse):
        send(template="spam", recipient=PHONE, parameters={}, dedupe_key="k", now=NOW)


def test_delivered_once_with_its_words():
    make()
    provider = Provider()
    assert deliver_waiting(now=at(NOW), channels=[provider]) == {"sent": 1}
    assert deliver_waiting(now=at(NOW + dt.timedelta(days=1)), channels=[provider]) == {}
    ((recipient, text),) = provider.texts
    assert recipient == PHONE
    assert "123456" in text
    assert Message.objects.get().sent_at == NOW


def test_a_message_of_an_older_version_does_not_hold_up_those_behind_it(client):
    """Its template asks for other variables since an upgrade."""
    old = make("old")
    Message.objects.filter(pk=old.pk).update(parameters='{"language": "zh-hans", "values": {"digits": "1"}}')
    make("new")
    provider = Provider()
    assert deliver_waiting(now=at(NOW), channels=[provider]) == {"failed": 1, "sent": 1}
    assert len(provider.texts) == 1
    assert "这条消息是旧版本写的" in client.get("/dev/messages/").content.decode()


def test_english_reader_gets_english():
    make(language="en")
    provider = Provider()
    deliver_waiting(now=at(NOW), channels=[provider])
    assert "Login code 123456" in provider.texts[0][1]


def test_busy_provider_is_asked_again_after_a_growing_pause():
    make()
    provider = Provider(TryAgain("busy"), ConnectionResetError())
    deliver_waiting(now=at(NOW), channels=[provider])
    assert Message.objects.get().due_at == NOW + FIRST_PAUSE
    assert deliver_waiting(now=at(NOW + FIRST_PAUSE / 2), channels=[provider]) == {}
    later = NOW + FIRST_PAUSE
    deliver_waiting(now=at(later), channels=[provider])
    assert Message.objects.get().due_at == later + 4 * FIRST_PAUSE
    assert deliver_waiting(now=at(later + 4 * FIRST_PAUSE), channels=[provider]) == {"sent": 1}
    assert Message.objects.get().error == ""


def test_given_up_after_the_last_attempt():
    make()
    provider = Provider(*[TryAgain("busy")] * (MAX_ATTEMPTS + 3))
    moment = NOW
    for _attempt in range(MAX_ATTEMPTS + 2):
        deliver_waiting(now=at(moment), channels=[provider])
        moment += dt.timedelta(hours=9)
    message = Message.objects.get()
    assert (message.status, message.error, message.attempts) == (Status.FAILED, "busy", MAX_ATTEMPTS)


def test_a_number_that_does_not_exist_is_not_tried_again():
    make()
    provider = Provider(NeverWorks("no such number"))
    assert deliver_waiting(now=at(NOW), channels=[provider]) == {"failed": 1}
    assert deliver_waiting(now=at(NOW + dt.timedelta(days=1)), channels=[provider]) == {}


def test_an_expired_code_is_not_sent():
    make(expires_at=NOW + dt.timedelta(minutes=5))
    provider = Provider()
    assert deliver_waiting(now=at(NOW + dt.timedelta(minutes=6)), channels=[provider]) == {"failed": 1}
    assert provider.texts == []
    assert Message.objects.get().error == "expired"


def test_worker_killed_after_claiming_loses_nothing():
    make()
    assert len(claim(now=NOW)) == 1  # … and the worker dies here
    provider = Provider()
    assert deliver_waiting(now=at(NOW + CLAIM_LASTS / 2), channels=[provider]) == {}
    assert deliver_waiting(now=at(NOW + CLAIM_LASTS), channels=[provider]) == {"sent": 1}
    assert len(provider.texts) == 1


def test_worker_taken_for_dead_does_not_overwrite_its_successor():
    message = make()
    claim(now=NOW)
    slow = Message.objects.get()
    deliver_waiting(now=at(NOW + CLAIM_LASTS), channels=[Provider()])
    machine._close(slow, Status.FAILED, error="late")
    assert Message.objects.get(pk=message.pk).status == Status.SENT


def test_a_message_that_kills_every_worker_is_given_up():
    message = make()
    moment = NOW
    for _worker in range(MAX_ATTEMPTS + 1):
        assert claim(now=moment) == [message.pk]
        moment += CLAIM_LASTS
    assert deliver(message_id=message.pk, now=moment, channels=[Provider()]) == Status.FAILED


def test_parameters_are_encrypted_at_rest():
    make()
    with connection.cursor() as cursor:
        cursor.execute("SELECT parameters FROM notify_message")
        assert "123456" not in cursor.fetchone()[0]


def test_production_without_a_provider_fails_in_plain_sight(settings):
    settings.PRODUCTION = True
    make()
    assert deliver_waiting(now=at(NOW)) == {"failed": 1}
    assert "SMS_CHANNELS" in Message.objects.get().error


def test_default_channel_delivers_in_development():
    message = make(expires_at=None)
    assert deliver_waiting(now=at(NOW)) == {"sent": 1}
    message.refresh_from_db()
    assert message.status == Status.SENT
