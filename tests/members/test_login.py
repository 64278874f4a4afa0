"""Signing up and logging in: phone first, code or password, limits, and nothing that tells who has an account."""

import re

import pytest
from django.contrib.auth.hashers import get_hasher
from django.db import OperationalError, connection
from django.test import Client

from members.accounts.limits import LOGIN_CODES, LOGIN_PASSWORDS
from members.accounts.models import User
from members.accounts.sessions import unlock_login
from portal.core.limits.work import solve
from portal.core.templatetags.parts import spaced_phone
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.personas import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, CONFIRM = "/accounts/login/", "/accounts/login/code/confirm/"
SIGNUP, VERIFY = "/accounts/signup/", "/accounts/phone/verify/"
STRANGER = "+8613800139999"
KNOWN = "+8613809331001"  # the villager


def browser(address="10.1.1.1", **headers):
    return Client(REMOTE_ADDR=address, headers=headers)


def last_code(phone):
    message = Message.objects.filter(recipient=phone).latest("created_at")
    return re.search(r"\d{6}", text_of(message)).group()


def who(client):
    return client.session.get("_auth_user_id")


def login_by_code(client, phone):
    client.post(LOGIN, {"login": phone})
    return client.post(CONFIRM, {"code": last_code(phone)})


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.parametrize("typed", ["13809331001", "138 0933 1001", "１３８０９３３１００１", "+86 138-0933-1001"])
def test_login_by_code_as_villagers_type_their_number(villager, typed):
    client = browser()
    answer = client.post(LOGIN, {"login": typed})
    assert answer.url == CONFIRM
    answer = client.post(CONFIRM, {"code": last_code(KNOWN)})
    assert answer.status_code == 302
    assert who(client) == str(villager.user.pk)


def test_code_may_be_typed_with_spaces_and_full_width_digits(villager):
    client = browser()
    client.post(LOGIN, {"login": KNOWN})
    code = last_code(KNOWN)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in code)
    client.post(CONFIRM, {"code": f" {full_width[:3]} {full_width[3:]}"})
    assert who(client) == str(villager.user.pk)


def test_login_by_password(villager):
    client = browser()
    client.post(LOGIN, {"login": "13809331001", "password": PASSWORD})
    assert who(client) == str(villager.user.pk)


def test_each_way_has_its_button(villager):
    client, filled = browser(), {"login": "13809331001", "password": "filled in by the browser"}
    answer = client.post(LOGIN, filled | {"way": "code"})
    assert answer.url == CONFIRM, "who asks for a code gets one, whatever stands in the other field"
    page = client.get(CONFIRM).content.decode()
    assert "138 0933 1001" in page
    assert "+86" not in page.partition("<main")[2]
    answer = browser().post(LOGIN, {"login": "13809331001", "way": "password"})
    page = answer.content.decode().partition("<main")[2]
    assert "请填写密码" in page
    assert page.count('aria-invalid="true"') == 1
    assert Message.objects.filter(recipient=KNOWN).count() == 1, "a login without a password sends no code"
    client = browser()
    client.post(LOGIN, {"login": "13809331001", "password": PASSWORD, "way": "password"})
    assert who(client) == str(villager.user.pk)


def test_sign_up_needs_the_code_and_no_password(db):
    client = browser()
    assert client.post(SIGNUP, {"phone": "13800139999"}).url == VERIFY
    assert not User.objects.get(phone=STRANGER).phone_verified
    assert who(client) is None
    client.post(VERIFY, {"code": last_code(STRANGER)})
    user = User.objects.get(phone=STRANGER)
    assert user.phone_verified
    assert not user.has_usable_password()
    assert who(client) == str(user.pk)


def test_who_signed_up_with_anothers_phone_leaves_nothing_behind(db):
    browser().post(SIGNUP, {"phone": STRANGER})
    owner = browser("10.2.2.2")
    login_by_code(owner, STRANGER)
    assert who(owner) == str(User.objects.get(phone=STRANGER).pk)


@pytest.mark.parametrize(("path", "field"), [(LOGIN, "login"), (SIGNUP, "phone")])
@pytest.mark.parametrize("bad", ["", "123", "0933-6620000", "<script>", "' OR 1=1 --"])
def test_bad_number_says_what_to_do(db, path, field, bad):
    answer = browser().post(path, {field: bad})
    assert answer.status_code == 200
    assert "手机号" in answer.context["form"].errors[field][0]
    assert not Message.objects.exists()


def journey(start, field, phone, confirm, address):
    """What somebody sees who does not hold the phone: every answer, without what differs by nature."""
    client, seen = browser(address), []
    answer = client.post(start, {field: phone})
    seen.append((answer.status_code, answer.get("Location")))
    page = client.get(confirm)
    seen.append((page.status_code, scrubbed(page, phone)))
    for code in ("000000", "000001", "000002"):
        answer = client.post(confirm, {"code": code})
        seen.append((answer.status_code, answer.get("Location"), scrubbed(answer, phone)))
    return seen


def scrubbed(answer, phone):
    text = answer.content.decode().replace(spaced_phone(phone), "PHONE").replace(phone, "PHONE")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


@pytest.mark.parametrize(
    ("start", "field", "confirm"), [(LOGIN, "login", CONFIRM), (SIGNUP, "phone", VERIFY)], ids=["login", "signup"]
)
def test_known_and_unknown_phone_look_alike(villager, start, field, confirm):
    known = journey(start, field, KNOWN, confirm, "10.3.3.3")
    unknown = journey(start, field, STRANGER, confirm, "10.4.4.4")
    assert known == unknown
    assert Message.objects.filter(recipient=KNOWN).count() == Message.objects.filter(recipient=STRANGER).count()


def test_wrong_password_answers_alike_for_known_unknown_and_passwordless(villager):
    User.objects.create_user("+8613800137777", phone_verified=True)
    answers = set()
    for number, phone in enumerate((KNOWN, STRANGER, "+8613800137777")):
        answer = browser(f"10.5.5.{number}").post(LOGIN, {"login": phone, "password": "wrong-wrong-wrong"})
        answers.add((answer.status_code, str(answer.context["form"].errors)))
    assert len(answers) == 1


def test_wrong_password_costs_one_hash_for_known_and_unknown(villager, monkeypatch):
    hashed = []
    hasher = type(get_hasher())
    real = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda self, *a, **k: hashed.append(1) or real(self, *a, **k))
    counts = []
    for number, phone in enumerate((KNOWN, STRANGER)):
        hashed.clear()
        browser(f"10.6.6.{number}").post(LOGIN, {"login": phone, "password": "wrong-wrong-wrong"})
        counts.append(len(hashed))
    assert counts[0] == counts[1] == 1


def work_of(answer):
    return solve(answer.context["form"].work)


def guess(times, phone=KNOWN):
    for number in range(times):
        browser(f"10.7.7.{number}").post(LOGIN, {"login": phone, "password": f"guess-number-{number}"})


def test_brute_force_on_one_phone_costs_work_wherever_it_comes_from(villager):
    guess(LOGIN_PASSWORDS.subject.free)
    client = browser("10.7.8.1")
    answer = client.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    assert who(client) is None
    assert "请再填一次、再提交" in str(answer.context["form"].errors)
    assert "data-challenge" in answer.content.decode()
    client.post(LOGIN, {"login": KNOWN, "password": PASSWORD, "work": work_of(answer)})
    assert who(client) == str(villager.user.pk)


def test_each_wrong_password_is_read_and_asks_for_the_next_ones_work(villager):
    client = browser("10.7.8.2")
    for _n in range(LOGIN_PASSWORDS.caller.free):
        answer = client.post(LOGIN, {"login": KNOWN, "password": "not-this-one"})
    for _n in range(2):
        answer = client.post(LOGIN, {"login": KNOWN, "password": "not-this-one", "work": work_of(answer)})
        assert "试密码的次数较多" not in str(answer.context["form"].errors)
    client.post(LOGIN, {"login": KNOWN, "password": PASSWORD, "work": work_of(answer)})
    assert who(client) == str(villager.user.pk)


def test_a_browser_that_logged_in_before_is_not_touched_by_guessing(villager):
    mine = browser("10.7.8.3")
    mine.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    mine.post("/accounts/logout/")
    guess(LOGIN_PASSWORDS.subject.free + 3)
    for number in range(6):
        browser(f"10.7.9.{number}").post(LOGIN, {"login": KNOWN})
    mine.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    assert who(mine) == str(villager.user.pk)
    mine.post("/accounts/logout/")
    assert mine.post(LOGIN, {"login": KNOWN}).url == CONFIRM
    mine.post(CONFIRM, {"code": last_code(KNOWN)})
    assert who(mine) == str(villager.user.pk)


def test_texts_to_one_phone_are_bounded_for_all_strangers_together(villager, monkeypatch):
    monkeypatch.setattr("portal.core.limits.guard.HARDEST", 15)
    for number in range(LOGIN_CODES.subject.most + 4):
        client = browser(f"10.7.6.{number}")
        answer = client.post(LOGIN, {"login": KNOWN})
        if answer.status_code == 200 and answer.context["form"].work:
            answer = client.post(LOGIN, {"login": KNOWN, "work": work_of(answer)})
    assert Message.objects.filter(recipient=KNOWN).count() == LOGIN_CODES.subject.most
    said = str(answer.context["form"].errors)
    assert "不受此限" in said
    assert "60 分钟" in said  # one more each hour


def test_an_official_lifts_what_strangers_did(villager):
    guess(LOGIN_PASSWORDS.subject.free + 2)
    unlock_login(villager.user)
    client = browser("10.7.7.1")
    client.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    assert who(client) == str(villager.user.pk)


def test_locked_password_leaves_the_code(villager):
    guess(LOGIN_PASSWORDS.subject.free + 2)
    by_code = browser("10.7.8.2")  # the owner is not locked out
    login_by_code(by_code, KNOWN)
    assert who(by_code) == str(villager.user.pk)


def test_failures_on_one_phone_do_not_lock_another(villager, keeper):
    for number in range(12):
        browser(f"10.8.8.{number}").post(LOGIN, {"login": KNOWN, "password": f"guess-number-{number}"})
    client = browser("10.8.9.1")
    client.post(LOGIN, {"login": keeper.user.phone, "password": PASSWORD})
    assert who(client) == str(keeper.user.pk)


def test_one_address_trying_many_phones_is_stopped_and_can_not_forge_another(villager):
    for number in range(20):
        browser("10.9.9.9", **{"X-Forwarded-For": f"192.0.2.{number}"}).post(
            LOGIN, {"login": f"+86138001{number:05d}", "password": "guess-guess-guess"}
        )
    client = browser("10.9.9.9", **{"X-Forwarded-For": "192.0.2.99"})
    client.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    assert who(client) is None
    elsewhere = browser("10.9.9.10")
    elsewhere.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    assert who(elsewhere) == str(villager.user.pk)


def test_codes_to_one_phone_are_few(villager):
    for number in range(12):
        browser(f"10.10.10.{number}").post(LOGIN, {"login": KNOWN})
    assert Message.objects.filter(recipient=KNOWN).count() <= 2


def test_three_wrong_codes_end_the_attempt(villager):
    client = browser()
    client.post(LOGIN, {"login": KNOWN})
    code = last_code(KNOWN)
    for _try in range(3):
        client.post(CONFIRM, {"code": wrong(code)})
    client.post(CONFIRM, {"code": code})
    assert who(client) is None


def test_code_works_once(villager):
    client = browser()
    login_by_code(client, KNOWN)
    code = last_code(KNOWN)
    other = browser("10.1.1.2")
    other.post(LOGIN, {"login": STRANGER})
    other.post(CONFIRM, {"code": code})
    assert who(other) is None


def test_old_code_is_refused(villager, settings):
    client = browser()
    client.post(LOGIN, {"login": KNOWN})
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1
    client.post(CONFIRM, {"code": last_code(KNOWN)})
    assert who(client) is None


def test_too_many_sign_ups_from_one_address_get_a_page_that_says_so(db):
    answers = [browser().post(SIGNUP, {"phone": f"+86138001{n:05d}"}) for n in range(12)]
    assert not User.objects.filter(phone="+8613800100011").exists()
    assert "再提交一次即可" in answers[-1].content.decode()
    assert "data-challenge" in answers[-1].content.decode()


def test_same_sign_up_again_within_seconds_is_a_page_not_a_crash(db):
    browser().post(SIGNUP, {"phone": STRANGER})
    answer = browser().post(SIGNUP, {"phone": STRANGER})
    assert answer.status_code in (302, 429)


def test_stopped_account_can_not_log_in(villager):
    User.objects.filter(pk=villager.user.pk).update(is_active=False)
    client = browser()
    answer = client.post(LOGIN, {"login": KNOWN, "password": PASSWORD})
    assert who(client) is None
    assert answer.url == "/accounts/inactive/"
    assert "停用" in client.get(answer.url).content.decode()


def test_forged_host_is_refused(db):
    assert browser(Host="evil.example").get(LOGIN).status_code == 400


def test_login_does_not_send_people_elsewhere(villager):
    answer = browser().post(f"{LOGIN}?next=https://evil.example/", {"login": KNOWN, "password": PASSWORD})
    assert "evil" not in answer.url


def test_inputs_bring_the_right_keyboard(villager):
    client = browser()
    assert 'inputmode="tel"' in client.get(LOGIN).content.decode()
    client.post(LOGIN, {"login": KNOWN})
    page = client.get(CONFIRM).content.decode()
    assert 'inputmode="numeric"' in page
    assert 'autocomplete="one-time-code"' in page


def test_code_is_neither_in_the_page_nor_in_the_address(villager):
    client = browser()
    answer = client.post(LOGIN, {"login": KNOWN})
    code = last_code(KNOWN)
    assert code not in answer.url + client.get(CONFIRM).content.decode()
    assert KNOWN[3:] not in answer.url


def test_a_password_that_the_database_could_not_judge_costs_no_try(villager):
    """Who goes on trying while the database restarts is not asked to work afterwards."""
    client = browser()

    def away(execute, sql, params, many, context):
        if 'FROM "accounts_user"' in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        for _n in range(LOGIN_PASSWORDS.caller.free + 1):
            assert client.post(LOGIN, {"login": KNOWN, "password": PASSWORD}).status_code == 503
    assert client.post(LOGIN, {"login": KNOWN, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("name", "page"),
    [("villager", "/my/"), ("keeper", "/work/"), ("courier", "/work/"), ("enterprise_admin", "/firm/")],
)
def test_everybody_lands_on_their_own_desk(name, page, request):
    persona = request.getfixturevalue(name)
    client = browser()
    client.post(LOGIN, {"login": persona.user.phone})
    answer = client.post(CONFIRM, {"code": last_code(persona.user.phone)})
    assert answer.url == page
    assert client.get(page, follow=True).status_code == 200


@pytest.mark.parametrize("name", ["township_official", "county_official", "support", "administrator"])
def test_officials_land_on_the_officials_site_past_the_second_factor(name, request):
    persona = request.getfixturevalue(name)
    client = browser()
    client.post(LOGIN, {"login": persona.user.phone})
    answer = client.post(CONFIRM, {"code": last_code(persona.user.phone)})
    assert "/2fa/" in answer.url
    assert "next=%2Fadmin%2F" in answer.url or "next=/admin/" in answer.url


def test_whoever_asked_for_a_page_gets_it(keeper):
    client = browser()
    client.post(f"{LOGIN}?next=/work/inbound/", {"login": keeper.user.phone, "next": "/work/inbound/"})
    assert (
        client.post(CONFIRM, {"code": last_code(keeper.user.phone), "next": "/work/inbound/"}).url == "/work/inbound/"
    )
