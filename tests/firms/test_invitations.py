"""An invitation works once, for one phone, for seven days, and gives no more than who sent it may give."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from logistics.registry.models import Enterprise, Invitation
from logistics.registry.selectors import EnterpriseNotFound, StationNotFound
from logistics.registry.services.invitations import (
    LASTS,
    AlreadyHere,
    AlreadyInvited,
    InvitationNotFound,
    InvitationOver,
    InvitationTaken,
    InvitationVoid,
    InvitationWithdrawn,
    OtherPhone,
    OwnPhone,
    accept,
    forget,
    invite,
    withdraw,
)
from logistics.registry.services.staff import PlaceNotActive, RoleTooHigh, WrongPlace
from logistics.registry.states import State
from members.access.states import Permission, Role
from portal.audit.models import AuditEntry
from portal.core.errors import BadInput, Forbidden, SignInNeeded
from tests.firms.conftest import link_of, texts
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ask(firm, person, role=Role.ENTERPRISE_STAFF, *, by=None, now=NOW, **extra) -> str:
    """Sends an invitation; the token out of the text message."""
    where = {"enterprise": firm.row} | extra
    by = by or firm.admin
    invite(role=role, name="王小明", phone=person.user.phone, actor=by.actor(), now=now, **where)
    return link_of(texts(person.user.phone)[-1]).split("/")[2]


def test_an_accepted_invitation_counts_at_once_and_is_told_and_noted(firm, villager):
    token = ask(firm, villager, Role.KEEPER, station=firm.station)
    assert "何马村站邀请您担任站长" in texts(villager.user.phone)[-1]
    assert not villager.actor().may(Permission.STATION_GIVE_OUT)
    accept(token=token, actor=villager.actor(), now=NOW)
    assert villager.actor().scope(Permission.STATION_GIVE_OUT).stations == {firm.station.pk}
    row = Invitation.objects.get()
    assert (row.phone, row.accepted_by) == ("", villager.user)
    assert "王**已接受" in texts(firm.admin.user.phone)[-1]
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert {"invitation.sent", "invitation.accepted", "staff.granted"} <= set(actions)
    assert villager.user.phone not in str(list(AuditEntry.objects.values("before", "after")))


def test_the_token_is_kept_nowhere(firm, villager):
    token = ask(firm, villager)
    assert not [row for row in Invitation.objects.values() if token in str(row)]


def test_another_phone_learns_nothing_and_gets_nothing(firm, villager, courier):
    token = ask(firm, villager)
    with pytest.raises(OtherPhone) as refused:
        accept(token=token, actor=courier.actor(), now=NOW)
    assert "手机号" in str(refused.value.hint)
    page = courier.client.get(f"/join/{token}/")
    assert page.status_code == 403
    assert firm.row.short_name not in page.content.decode()
    assert Invitation.objects.get().accepted_at is None


def test_a_phone_that_was_not_verified_is_not_enough(firm, villager):
    token = ask(firm, villager)
    type(villager.user).objects.filter(pk=villager.user.pk).update(phone_verified=False)
    with pytest.raises(OtherPhone):
        accept(token=token, actor=villager.actor(), now=NOW)


def test_nobody_accepts_without_login_or_with_a_guessed_link(firm, villager, anonymous):
    token = ask(firm, villager)
    with pytest.raises(SignInNeeded):
        accept(token=token, actor=anonymous.actor(), now=NOW)
    with pytest.raises(InvitationNotFound):
        accept(token=token.swapcase(), actor=villager.actor(), now=NOW)


def test_it_works_once(firm, villager):
    token = ask(firm, villager)
    accept(token=token, actor=villager.actor(), now=NOW)
    with pytest.raises(InvitationTaken):
        accept(token=token, actor=villager.actor(), now=NOW)


def test_it_ends_after_seven_days_and_its_phone_is_forgotten(firm, villager):
    token = ask(firm, villager)
    with pytest.raises(InvitationOver):
        accept(token=token, actor=villager.actor(), now=NOW + LASTS)
    assert forget(now=NOW + LASTS - dt.timedelta(seconds=1)) == 0
    assert forget(now=NOW + LASTS) == 1
    assert Invitation.objects.get().phone == ""
    with pytest.raises(InvitationOver):
        accept(token=token, actor=villager.actor(), now=NOW + LASTS)


def test_an_expired_one_does_not_stand_in_the_way_of_the_next(firm, villager):
    ask(firm, villager)
    with pytest.raises(AlreadyInvited):
        ask(firm, villager)
    accept(token=ask(firm, villager, now=NOW + LASTS), actor=villager.actor(), now=NOW + LASTS)


def test_a_withdrawn_one_does_not_work(firm, villager):
    token = ask(firm, villager)
    row = Invitation.objects.get()
    withdraw(enterprise=firm.row, invitation_id=row.pk, actor=firm.admin.actor(), now=NOW)
    with pytest.raises(InvitationWithdrawn):
        accept(token=token, actor=villager.actor(), now=NOW)


def test_another_enterprise_neither_invites_nor_withdraws(firm, world, villager, courier):
    rival = make_persona(1102, "孙对手", Role.ENTERPRISE_ADMIN, world.other_carrier)
    ask(firm, villager)
    with pytest.raises(EnterpriseNotFound):
        ask(firm, courier, by=rival)
    with pytest.raises(InvitationNotFound):
        withdraw(enterprise=firm.row, invitation_id=Invitation.objects.get().pk, actor=rival.actor(), now=NOW)
    with pytest.raises(StationNotFound):
        ask(firm, courier, Role.KEEPER, station=world.far_village)


def test_roles_stay_below_ones_own(firm, villager, keeper):
    with pytest.raises(RoleTooHigh):
        ask(firm, villager, Role.ENTERPRISE_ADMIN)
    with pytest.raises(WrongPlace):
        ask(firm, villager, Role.KEEPER)
    with pytest.raises(BadInput):
        ask(firm, villager, Role.COUNTY_OFFICIAL)
    with pytest.raises(Forbidden):
        ask(firm, villager, by=keeper)
    with pytest.raises(OwnPhone):
        ask(firm, firm.admin)
    with pytest.raises(AlreadyHere):
        ask(firm, keeper, Role.KEEPER, station=firm.station)


@pytest.mark.parametrize(("name", "phone", "field"), [(" ", "13800138000", "name"), ("王", "0933-6620000", "phone")])
def test_what_is_missing_is_said_by_field(firm, name, phone, field):
    with pytest.raises(BadInput) as refused:
        invite(enterprise=firm.row, role="enterprise_staff", name=name, phone=phone, actor=firm.admin.actor(), now=NOW)
    assert set(refused.value.fields) == {field}


def test_it_gives_what_the_inviter_may_still_give(firm, world, villager, courier, county_official):
    """The inviter left, the enterprise was suspended, the station was passed on: nothing is given."""
    first, second = ask(firm, villager), ask(firm, courier, Role.KEEPER, station=firm.station)
    Enterprise.objects.filter(pk=firm.row.pk).update(state=State.SUSPENDED)
    with pytest.raises(PlaceNotActive):
        ask(firm, make_persona(1104, "李新人"))
    with pytest.raises(PlaceNotActive):
        accept(token=first, actor=villager.actor(), now=NOW)
    Enterprise.objects.filter(pk=firm.row.pk).update(state=State.ACTIVE)
    type(firm.station).objects.filter(pk=firm.station.pk).update(operator=world.other_carrier)
    with pytest.raises(InvitationVoid):
        accept(token=second, actor=courier.actor(), now=NOW)
    firm.admin.user.enterpriseuserobjectpermission_set.all().delete()
    with pytest.raises(InvitationVoid):
        accept(token=first, actor=villager.actor(), now=NOW)
    assert Invitation.objects.filter(accepted_at=None).count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_taps_at_once_one_accepts(firm, villager):
    token = ask(firm, villager)

    def tap(_n):
        try:
            accept(token=token, actor=villager.actor(), now=NOW)
        except InvitationTaken:
            return "taken"
        finally:
            connections.close_all()
        return "accepted"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(tap, range(4))) == ["accepted", "taken", "taken", "taken"]
    assert AuditEntry.objects.filter(action="staff.granted").count() == 1


def test_an_official_may_appoint_the_first_administrator_by_invitation(firm, villager, county_official):
    token = ask(firm, villager, Role.ENTERPRISE_ADMIN, by=county_official)
    accept(token=token, actor=villager.actor(), now=NOW)
    assert villager.actor().scope(Permission.STAFF_MANAGE).enterprises == {firm.row.pk}


def test_the_message_in_the_account_leads_there(firm, villager):
    token = ask(firm, villager)
    page = villager.client.get("/my/messages/").content.decode()
    assert f'href="/join/{token}/"' in page
    assert "工作邀请" in page
    assert "http" not in page.split("邀请您担任")[1].split("</p>")[0], "no address to type"
