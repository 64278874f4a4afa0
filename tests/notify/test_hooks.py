"""Receipts that the provider posts: only with the secret, in its own form, each counted once."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from portal.notify.models import Attempt, BlockedNumber, Message, ProviderHealth
from portal.notify.services import deliver_waiting, send
from portal.notify.services.blocks import block_of
from portal.notify.states import BlockReason, Status, Urgency
from tests.notify.conftest import PHONE

pytestmark = pytest.mark.django_db
SECRET = "j3kf9d8s7a6q5w4e"
URL = f"/hooks/sms/tencent/{SECRET}/"


@pytest.fixture
def hook(tencent, settings, client):
    settings.SMS_HOOK_SECRET = SECRET

    def post(*rows, url=URL, **more):
        body = more.pop("body", None) or json.dumps(rows)
        return client.post(url, body, content_type="application/json", **more)

    return post


@pytest.fixture
def message(tencent):
    made = send(template="account_exists", recipient=PHONE, parameters={}, dedupe_key="k", now=timezone.now())
    assert deliver_waiting() == {"sent": 1}
    return made


def report(reference, state="SUCCESS", errmsg="DELIVRD", **more):
    return {"user_receive_time": "2026-11-20 12:03:04", "nationcode": "86", "mobile": PHONE[3:], "sid": reference,
            "report_status": state, "errmsg": errmsg, "description": "用户短信送达成功", **more}  # fmt: skip


def test_a_receipt_tells_that_it_arrived(hook, message):
    answer = hook(report(Attempt.objects.get().reference))
    assert (answer.status_code, answer.json()) == (200, {"result": 0, "errmsg": "OK"})
    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    assert message.delivered_at.isoformat() == "2026-11-20T04:03:04+00:00"


def test_twice_and_of_others(hook, message):
    known, foreign = report(Attempt.objects.get().reference), report("2640:elsewhere", mobile="13900000000")
    assert hook(known, known, foreign).status_code == 200
    assert hook(known, foreign).status_code == 200
    assert Message.objects.get().status == Status.DELIVERED
    assert ProviderHealth.objects.get(name="tencent").stray_receipts == 2


def test_not_delivered(hook, message):
    hook(report(Attempt.objects.get().reference, "FAIL", "MK:0001"))
    message.refresh_from_db()
    assert (message.status, message.error) == (Status.FAILED, "not delivered: MK:0001")


@pytest.mark.parametrize(
    "url", ["/hooks/sms/tencent/guessed/", f"/hooks/sms/developer/{SECRET}/", f"/hooks/sms/other/{SECRET}/"]
)
def test_without_the_secret_there_is_no_such_page(hook, message, url):
    assert hook(report(Attempt.objects.get().reference), url=url).status_code == 404
    assert Message.objects.get().status == Status.SENT


def test_without_a_secret_in_the_settings_nobody_can_report(hook, settings):
    settings.SMS_HOOK_SECRET = ""
    assert hook(report("x"), url="/hooks/sms/tencent/%20/").status_code == 404


@pytest.mark.parametrize("body", ["", "{}", "[1]", '{"sid": 1}', "[" * 100_000, "\x00", '["a"]', "null"])
def test_what_is_no_list_of_receipts_is_refused(hook, body):
    answer = hook(body=body or " ", headers={"accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "not_receipts"


@pytest.mark.parametrize("row", [{}, {"sid": None}, {"sid": ["x"], "mobile": {}}, {"user_receive_time": 7}])
def test_receipts_with_holes_are_of_nobody(hook, row):
    assert hook(row).status_code == 200
    assert ProviderHealth.objects.get(name="tencent").stray_receipts == 1


def test_too_much_at_once(hook):
    assert hook(body="[" + "{}," * 200_000 + "{}]").status_code == 413
    assert hook(*[{}] * 1001).status_code == 413


def test_reading_the_address_is_not_reporting(hook, client):
    assert client.get(URL).status_code == 405


REPLIES = f"{URL}replies/"


def reply(text, **more):
    return {
        "extend": "",
        "mobile": PHONE[3:],
        "nationcode": "86",
        "sign": "县域物流",
        "text": text,
        "time": 1795234567,
    } | more


@pytest.mark.parametrize("text", ["T", " td。", "ＴＤ", "n", "退订", "“退订”", "退订\n"])
def test_who_answers_with_the_word_gets_no_more(hook, message, text):
    answer = hook(url=REPLIES, body=json.dumps(reply(text)))
    assert (answer.status_code, answer.json()) == (200, {"result": 0, "errmsg": "OK"})
    assert hook(url=REPLIES, body=json.dumps([reply(text)])).status_code == 200  # told twice, in either form
    assert BlockedNumber.objects.get().reason == BlockReason.OPTED_OUT
    assert BlockedNumber.objects.get().phone == PHONE


@pytest.mark.parametrize("text", ["谢谢", "T恤收到了", "", "不要退订我", "T" * 500])
def test_other_answers_change_nothing(hook, message, text):
    assert hook(url=REPLIES, body=json.dumps(reply(text))).status_code == 200
    assert not BlockedNumber.objects.exists()


def test_who_opted_out_still_gets_the_code_they_ask_for(hook, message):
    hook(url=REPLIES, body=json.dumps(reply("TD")))
    assert block_of(PHONE, Urgency.CALM, now=timezone.now()) is not None
    assert block_of(PHONE, Urgency.NOW, now=timezone.now()) is None


@pytest.mark.parametrize("body", ["", "[1]", "{}", '{"text": "TD"}', "null", '[{"mobile": ""}]'])
def test_answers_that_are_none(hook, body):
    assert hook(url=REPLIES, body=body or "x").status_code == 400


def test_answers_need_the_secret_too(hook):
    assert hook(url="/hooks/sms/tencent/somebody-guesses/replies/", body=json.dumps(reply("TD"))).status_code == 404
    assert hook(url=f"/hooks/sms/nobody/{SECRET}/replies/", body=json.dumps(reply("TD"))).status_code == 404
    assert not BlockedNumber.objects.exists()
