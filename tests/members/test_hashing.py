"""Passwords are hashed in few places at once, so that logins leave the other threads to the lookups."""

import pytest
from django.test import Client

from members.accounts import hashing
from members.accounts.limits import LOGIN_PASSWORDS
from members.accounts.services import check_work_pin, set_work_pin
from members.accounts.services.pins import PIN_TRIES
from portal.core.clock import now
from tests.personas import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def one_place(settings, monkeypatch):
    settings.HASHING_AT_ONCE = 1
    monkeypatch.setattr(hashing, "PATIENCE", 0.05)


def test_while_all_places_are_taken_a_login_is_told_to_come_back(one_place, villager):
    client, form = Client(), {"login": villager.user.phone, "password": PASSWORD}
    with hashing.one_of_few():
        for _n in range(LOGIN_PASSWORDS.caller.free + 1):  # costs no try: nothing was judged
            answer = client.post(LOGIN, form)
            assert answer.status_code == 503
            assert int(answer["Retry-After"]) > 0
        assert client.get("/").status_code == 200
    assert client.post(LOGIN, form).status_code == 302


def test_the_work_pin_waits_its_turn_too_and_keeps_its_tries(one_place, keeper):
    set_work_pin(actor=keeper.actor(), pin="719402", now=now())
    with hashing.one_of_few():
        for _n in range(PIN_TRIES.tries + 1):
            with pytest.raises(hashing.Busy):
                check_work_pin(user_id=keeper.user.pk, pin="719402", now=now())
    check_work_pin(user_id=keeper.user.pk, pin="719402", now=now())


def test_changing_a_password_waits_its_turn_too(one_place, villager):
    """The old password is checked by the framework's own form."""
    form = {"oldpassword": PASSWORD, "password1": "an-other-secret-9", "password2": "an-other-secret-9"}
    page = "/accounts/password/change/"
    with hashing.one_of_few():
        assert villager.client.post(page, form).status_code == 503
        assert villager.client.post(page, form | {"oldpassword": "wrong-wrong"}).status_code == 503
    assert villager.client.post(page, form).status_code == 302
    villager.user.refresh_from_db()
    assert villager.user.check_password("an-other-secret-9")
