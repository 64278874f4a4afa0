"""Tencent's SDK against a server that checks its signature, sends once, and fails in every way a provider fails."""

from __future__ import annotations

import datetime as dt
import socket

import pytest
from django.utils import timezone

from portal.notify import sms
from portal.notify.models import Attempt, BlockedNumber, Message, ProviderHealth
from portal.notify.services import add_line, deliver_waiting, pull_receipts, send
from portal.notify.sms.tencent import TencentChannel
from portal.notify.states import Outcome, Status
from tests.notify.conftest import PHONE

pytestmark = pytest.mark.django_db


def code(key="k", template="login_code", **extra):
    values = {"code": "123456", "minutes": 5} if template == "login_code" else {}
    return send(template=template, recipient=PHONE, parameters=values, dedupe_key=key, now=timezone.now(), **extra)


def arrival(number, *, link="", language="zh-hans"):
    now = timezone.now()
    return add_line(
        template="parcel_arrived_on", recipient=PHONE, merge_key="s",
        dedupe_key=f"a{number}", subject=f"parcel:{number}",
        parameters={"station": "何马村站", "hours": "8:00-18:00", "hotline": "0933-6620000"},
        line={"tail": f"000{number}", "code": f"482 91{number}", "link": link or "http://localhost:8000/l/x-y~z"},
        window=dt.timedelta(0), now=now, language=language,
    )  # fmt: skip


def deliver(**more):
    return deliver_waiting(now=timezone.now, **more)


def test_a_signed_request_with_template_and_variables(tencent):
    message = code()
    assert deliver() == {"sent": 1}
    (request,) = tencent.sent
    assert request["TemplateId"] == "1001"
    assert request["TemplateParamSet"] == ["123456", "5"]
    assert request["PhoneNumberSet"] == [PHONE]
    assert request["SignName"] == "庄浪县域物流"
    assert request["SessionContext"] == str(message.pk)
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.segments, attempt.cost) == (Outcome.ACCEPTED, 1, 450)
    assert attempt.reference.startswith("2640:")


def test_the_server_of_the_test_refuses_another_key(tencent, settings):
    settings.TENCENT_SMS = tencent.settings(secret_key="another" * 4)
    code()
    assert deliver() == {"waiting": 1}
    assert Message.objects.get().error == "tencent: AuthFailure.SignatureFailure"
    assert tencent.sent == []


def test_one_parcel_several_and_many(tencent):
    """A template for so many lines, else the one with all lines in one variable. An address leaves its host out."""
    arrival(1)
    assert deliver() == {"sent": 1}
    assert tencent.sent[0]["TemplateId"] == "2001"
    expected = ["何马村站", "1", "0001", "482 911", "8:00-18:00", "0933-6620000", "l/x-y~z"]
    assert tencent.sent[0]["TemplateParamSet"] == expected
    message = arrival(2)
    for number in (3, 4):
        add_to(message, number)
    deliver()
    assert tencent.sent[1]["TemplateId"] == "2009"
    assert (
        tencent.sent[1]["TemplateParamSet"][2]
        == "尾号0002，取件码482 912；尾号0003，取件码482 913；尾号0004，取件码482 914"
    )
    message = arrival(5)
    add_to(message, 6)
    deliver()
    assert tencent.sent[2]["TemplateId"] == "2002"
    assert tencent.sent[2]["TemplateParamSet"][:6] == ["何马村站", "2", "0005", "482 915", "0006", "482 916"]


def add_to(message, number):
    message.lines.create(
        dedupe_key=f"a{number}", subject=f"parcel:{number}", added_at=message.created_at,
        parameters=f'{{"tail": "000{number}", "code": "482 91{number}", "link": "x"}}',
    )  # fmt: skip


def test_english_reader_gets_the_chinese_template_when_there_is_no_other(tencent, settings):
    code(language="en")
    deliver()
    assert tencent.sent[0]["TemplateId"] == "1001"
    settings.TENCENT_SMS = tencent.settings(templates={"login_code": "1001", "login_code@en": "1101"})
    code("k2", language="en")
    deliver()
    assert tencent.sent[1]["TemplateId"] == "1101"


def test_a_text_that_was_never_approved_fails_in_plain_sight(tencent, settings):
    settings.TENCENT_SMS = tencent.settings(templates={})
    code()
    assert deliver() == {"failed": 1}
    assert "no template id for login_code" in Message.objects.get().error
    assert not ProviderHealth.objects.filter(failures__gt=0).exists()  # no fault of the provider


def test_missing_settings_are_named(tencent, settings):
    settings.TENCENT_SMS = tencent.settings(secret_id="")
    code()
    assert deliver() == {"failed": 1}
    assert Message.objects.get().error == "tencent: secret_id is not set"


@pytest.mark.parametrize(
    ("mode", "status", "outcome", "failures"),
    [
        ("status:500", "unknown", Outcome.UNKNOWN, 1),
        ("status:504", "unknown", Outcome.UNKNOWN, 1),
        ("status:503", "waiting", Outcome.TRY_AGAIN, 1),
        ("status:429", "waiting", Outcome.TRY_AGAIN, 1),
        ("garbage", "unknown", Outcome.UNKNOWN, 1),
        ("slow", "unknown", Outcome.UNKNOWN, 1),
        ("error:RequestLimitExceeded", "waiting", Outcome.TRY_AGAIN, 1),
        ("error:AuthFailure.SecretIdNotFound", "waiting", Outcome.TRY_AGAIN, 1),
        ("error:InternalError.Timeout", "unknown", Outcome.UNKNOWN, 1),
        ("refuse:InternalError.SendAndRecvFail", "unknown", Outcome.UNKNOWN, 1),
        ("refuse:FailedOperation.InsufficientBalanceInSmsPackage", "waiting", Outcome.TRY_AGAIN, 1),
        ("refuse:LimitExceeded.PhoneNumberThirtySecondLimit", "waiting", Outcome.TRY_AGAIN, 0),
        ("refuse:FailedOperation.TemplateIncorrectOrUnapproved", "failed", Outcome.NOT_HERE, 0),
        ("refuse:InvalidParameterValue.TemplateParameterLengthLimit", "failed", Outcome.NOT_HERE, 0),
        ("refuse:Something.New", "unknown", Outcome.UNKNOWN, 1),
    ],
)
def test_what_each_answer_means(tencent, mode, status, outcome, failures):
    tencent.mode = mode
    code()
    assert deliver() == {status: 1}
    assert Attempt.objects.get().outcome == outcome
    counted = ProviderHealth.objects.filter(name="tencent").values_list("failures", flat=True)
    assert sum(counted) == failures
    assert tencent.sent == []


def test_nobody_listens_there_nothing_was_sent(tencent, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.TENCENT_SMS = tencent.settings(endpoint=f"http://127.0.0.1:{port}")
    code()
    assert deliver() == {"waiting": 1}
    assert Attempt.objects.get().outcome == Outcome.TRY_AGAIN


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("InvalidParameterValue.IncorrectPhoneNumber", "invalid"),
        ("FailedOperation.PhoneNumberInBlacklist", "blacklisted"),
    ],
)
def test_a_number_that_gets_no_messages_is_left_alone(tencent, answer, reason):
    tencent.mode = f"refuse:{answer}"
    code()
    assert deliver() == {"failed": 1}
    assert BlockedNumber.objects.get().reason == reason
    code("k2")
    assert deliver() == {"failed": 1}
    assert len(tencent.calls) == 1  # not even asked


def test_a_lost_answer_is_found_by_asking(tencent):
    """The provider sent it and never said so: the receipt settles it, and nothing goes out twice."""
    tencent.mode = "slow-but-sent"
    message = code()
    assert deliver() == {"unknown": 1}
    tencent.mode = "ok"
    later = timezone.now() + dt.timedelta(minutes=2)
    Attempt.objects.update(at=timezone.now() - dt.timedelta(seconds=1))
    assert pull_receipts(now=later) == {"taken": 1, "repeated": 0, "stray": 0}
    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.segments, attempt.cost) == (Outcome.ACCEPTED, 1, 450)
    assert deliver_waiting(now=lambda: later) == {}
    assert len(tencent.sent) == 1


def test_a_provider_that_is_down_is_not_asked_for_receipts_again_and_again(tencent):
    for number in range(3):
        send(template="login_code", recipient=f"+861380000000{number}", dedupe_key=str(number), now=timezone.now(),
             parameters={"code": "1", "minutes": 5})  # fmt: skip
    deliver()
    tencent.mode, before = "status:503", len(tencent.calls)
    pull_receipts(now=timezone.now() + dt.timedelta(minutes=5))
    assert len(tencent.calls) == before + 1


def test_segments_count_the_signature_and_every_character_alike(settings, tencent):
    message = code()
    outgoing = sms.Outgoing(str(message.pk), PHONE, "x", "en", 0, (), (), "a" * 63)
    assert TencentChannel().segments(outgoing) == 2  # 63 and 【庄浪县域物流】
    abroad = sms.Outgoing(str(message.pk), "+4915112345678", "x", "en", 0, (), (), "a" * 62)
    assert TencentChannel().segments(abroad) == 1
