"""Password, phone, sessions, second factor: the pages of one's own account."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import connection
from django.test import Client
from django.urls import reverse

from members.accounts.models import User
from portal.audit.models import AuditEntry
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.personas import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "another-long-password"


def logged_in(user, address="10.1.1.1"):
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": user.phone, "password": PASSWORD})
    return client


def works(client):
    return client.get("/accounts/").status_code == 200


def otp(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def last_code(phone):
    return re.search(r"\d{6}", text_of(Message.objects.filter(recipient=phone).latest("created_at"))).group()


@pytest.mark.parametrize(
    "name",
    [
        "account_home", "account_change_password", "account_change_phone", "mfa_index", "mfa_activate_totp",
        "usersessions_list", "account_work_pin", "my_relatives",
    ],
)  # fmt: skip
def test_own_pages_open_for_the_person_and_for_nobody_else(villager, anonymous, name):
    client = logged_in(villager.user)
    answer = client.get(reverse(name), follow=True)
    assert answer.status_code == 200
    assert anonymous.client.get(reverse(name)).status_code == 302


def test_password_change_ends_other_sessions(villager):
    here, there = logged_in(villager.user), logged_in(villager.user, "10.1.1.2")
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    here.post("/accounts/password/change/", data)
    assert User.objects.get(pk=villager.user.pk).check_password(NEW)
    assert works(here)
    assert not works(there)


@pytest.mark.parametrize("weak", ["123456789012", "password123", "short", "13809331001"])
def test_weak_password_is_refused_with_a_reason(villager, weak):
    client = logged_in(villager.user)
    data = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    answer = client.post("/accounts/password/change/", data)
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_password_can_be_set_by_who_has_none(db):
    user = User.objects.create_user("+8613800136666", phone_verified=True)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post("/accounts/password/set/", {"password1": NEW, "password2": NEW})
    assert User.objects.get(pk=user.pk).check_password(NEW)


def test_one_session_can_be_ended_from_another(villager):
    here, there = logged_in(villager.user), logged_in(villager.user, "10.1.1.2")
    page = here.get("/accounts/sessions/")
    assert "10.1.1.2" in page.content.decode()
    other = next(s for s in page.context["sessions"] if s.ip == "10.1.1.2")
    here.post(f"/accounts/sessions/{other.pk}/end/")
    assert works(here)
    assert not works(there)


def test_nobody_ends_the_session_of_another(villager, keeper):
    mine, theirs = logged_in(villager.user), logged_in(keeper.user, "10.1.1.3")
    session = theirs.get("/accounts/sessions/").context["sessions"][0]
    assert mine.post(f"/accounts/sessions/{session.pk}/end/").status_code == 404
    assert works(theirs)


def test_all_other_sessions_end_at_once(villager):
    here, there = logged_in(villager.user), logged_in(villager.user, "10.1.1.2")
    here.post("/accounts/sessions/")
    assert works(here)
    assert not works(there)


def test_phone_changes_only_after_the_new_one_is_proved(villager):
    client = logged_in(villager.user)
    old, new = villager.user.phone, "+8613800135555"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/phone/change/", {"phone": "13800135555"})
    assert User.objects.get(pk=villager.user.pk).phone == old
    client.post("/accounts/phone/verify/", {"code": last_code(new)})
    assert User.objects.get(pk=villager.user.pk).phone == new
    assert Message.objects.filter(recipient=old, template="phone_changed").exists()
    entry = AuditEntry.objects.get(action="phone.changed")
    assert new not in str(entry.__dict__)
    assert old not in str(entry.__dict__)


def test_phone_change_asks_for_the_password_again(villager):
    answer = logged_in(villager.user).post("/accounts/phone/change/", {"phone": "13800135555"})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not Message.objects.exists()


def test_phone_of_another_account_can_not_be_taken(villager, keeper):
    client = logged_in(villager.user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/phone/change/", {"phone": keeper.user.phone})
    client.post("/accounts/phone/verify/", {"code": last_code(keeper.user.phone)})
    assert User.objects.get(pk=villager.user.pk).phone == villager.user.phone


# -- second factor --------------------------------------------------------------------------------------
def test_official_without_second_factor_is_led_to_set_it_up(county_official):
    client = Client()
    answer = client.post("/accounts/login/", {"login": county_official.user.phone, "password": PASSWORD})
    assert answer.url.startswith("/accounts/2fa/totp/activate/")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/")


def test_official_sets_up_the_app_and_is_in(county_official):
    client = logged_in(county_official.user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": otp(secret)}, follow=True)
    assert "备用码" in answer.content.decode()
    assert client.get("/admin/").status_code == 200


def test_login_of_an_official_asks_for_the_app(county_official):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(county_official.user, secret)
    client = Client()
    answer = client.post("/accounts/login/", {"login": county_official.user.phone, "password": PASSWORD})
    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert client.session.get("_auth_user_id") is None
    client.post("/accounts/2fa/authenticate/", {"code": otp(secret)})
    assert client.get("/admin/").status_code == 200


def test_recovery_code_opens_once(county_official):
    client = logged_in(county_official.user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    page = client.post("/accounts/2fa/totp/activate/", {"code": otp(secret)}, follow=True)
    code = page.context["unused_codes"][0]
    for expected in (200, 302):
        other = logged_in(county_official.user, "10.1.1.7")
        other.post("/accounts/2fa/authenticate/", {"code": code})
        assert other.get("/admin/").status_code == expected


def test_guessing_the_second_factor_is_stopped(county_official):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(county_official.user, secret)
    client = logged_in(county_official.user)
    for _try in range(8):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": otp(secret)})
    assert client.session.get("_auth_user_id") is None


def test_secret_of_the_app_is_encrypted_at_rest(county_official):
    TOTP.activate(county_official.user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert "JBSWY3DP" not in cursor.fetchone()[0]
    assert Authenticator.objects.count() == 1


def test_the_admin_site_is_no_second_door(county_official, villager):
    client = Client()
    answer = client.post("/admin/login/", {"username": county_official.user.phone, "password": PASSWORD})
    assert answer.url.startswith("/accounts/login/")
    assert client.session.get("_auth_user_id") is None
    assert villager.client.get("/admin/", follow=True).status_code == 403


def test_second_factor_of_another_person_in_the_session_counts_nothing(county_official):
    client = county_official.new_client(second_factor=True)
    session = client.session
    session["account_authentication_methods_user"] = "999999"
    session.save()
    assert client.get("/admin/").status_code == 302
