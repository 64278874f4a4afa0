"""The same thing asked many times at one moment: one account, one relation, no code used twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from members.accounts.limits import CODE_TRIES
from members.accounts.models import Relation, User
from members.accounts.services import agree_by_code, ask
from members.accounts.services.relations import CodeWrong
from portal.notify.models import Message
from tests.members.test_relatives import code_sent_to
from tests.personas import make_persona

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PHONE = "+8613800131111"


def at_once(number, function):
    start = threading.Barrier(number)

    def work(index):
        try:
            start.wait(timeout=20)
            return function(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(work, range(number)))


def test_eight_sign_ups_of_one_phone_make_one_account():
    def sign_up(index):
        return Client(REMOTE_ADDR=f"10.1.1.{index}").post("/accounts/signup/", {"phone": PHONE}).status_code

    answers = at_once(8, sign_up)
    assert set(answers) <= {302, 429, 200}  # 200: the form again, with work to do
    assert 302 in answers
    assert User.objects.filter(phone=PHONE).count() == 1


def test_a_code_entered_many_times_at_once_agrees_once():
    helper = make_persona(4001, "王小红")
    ask(actor=helper.actor(), phone=PHONE, now=timezone.now())
    code = code_sent_to(PHONE)

    def enter(_index):
        try:
            agree_by_code(actor=helper.actor(), phone=PHONE, code=code, now=timezone.now())
        except CodeWrong:
            return "refused"
        return "agreed"

    answers = at_once(8, enter)
    assert answers.count("agreed") == 1
    assert Relation.objects.filter(agreed_at__isnull=False).count() == 1
    assert User.objects.filter(phone=PHONE).count() == 1


def test_guesses_at_one_moment_are_no_more_than_the_tries():
    """Each request reads its session before the others have written theirs; the shared counter is the referee."""
    persona = make_persona(4002, "王小明")
    client = Client()
    client.post("/accounts/login/", {"login": persona.user.phone})
    key = client.cookies["sessionid"].value

    def guess(index):
        other = Client()
        other.cookies["sessionid"] = key
        return other.post("/accounts/login/code/confirm/", {"code": f"{index:06d}"}).content.decode()

    answers = at_once(12, guess)
    assert sum("验证码不对" in answer for answer in answers) <= CODE_TRIES.tries
    assert sum("已暂停" in answer for answer in answers) >= 1
    assert Message.objects.filter(recipient=persona.user.phone).count() == 1
