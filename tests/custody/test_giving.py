"""A parcel leaves the station against a proof, once."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.parcels.errors import ParcelClosed, ParcelNotFound, StationNotFound
from logistics.parcels.models import Pickup, PickupCode
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.pickup import (
    give_out,
    make_link_token,
    name_proxy,
    read_link_token,
    refuse_parcel,
    withdraw_proxy,
)
from logistics.parcels.services.pickup.codes import CodeLocked, WrongCode
from logistics.parcels.services.pickup.giving import (
    AlreadyGivenOut,
    NotTheProxy,
    NotWaitingHere,
    OtherParcel,
    ProofMissing,
)
from logistics.parcels.services.pickup.links import LinkInvalid, LinkUsed
from logistics.parcels.services.pickup.proxies import NoProxy, ProxyName
from logistics.parcels.services.pickup.refusing import AlreadyReturning
from members.accounts.services import set_work_pin
from members.accounts.services.pins import PinMissing, PinWrong
from portal.audit.models import AuditEntry
from portal.core.errors import BadInput, Forbidden
from tests.custody.conftest import COUNTY, NOW, codes_of, fresh

pytestmark = pytest.mark.django_db
SOON = NOW + dt.timedelta(hours=2)


def give(counter, parcel, keeper, *, now=SOON, station=None, **proof) -> Pickup:
    return give_out(parcel=parcel, station=station or counter.world.village, actor=keeper.actor(), now=now, **proof)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_by_code(counter, keeper):
    parcel, code = counter.waiting(keeper)
    pickup = give(counter, parcel, keeper, method="code", code=f" {code.code[:3]} {code.code[3:]}")
    parcel = fresh(parcel)
    assert (parcel.stage, parcel.variant, parcel.closed_at) == ("DELIVERED", "SELF", SOON)
    assert parcel.custody_kind == "consignee"
    assert (pickup.method, pickup.given_by) == ("code", keeper.actor().id)
    assert PickupCode.objects.get(parcel=parcel).used_at == SOON


def test_full_width_digits_are_digits(counter, keeper):
    parcel, code = counter.waiting(keeper)
    give(counter, parcel, keeper, method="code", code="".join(chr(ord(c) + 0xFEE0) for c in code.code))
    assert fresh(parcel).stage == "DELIVERED"


def test_wrong_codes_are_counted_and_lock(counter, keeper):
    parcel, code = counter.waiting(keeper)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as refusal:
            give(counter, parcel, keeper, method="code", code=wrong(code.code))
        assert str(left) in str(refusal.value.message)
    with pytest.raises(CodeLocked) as lock:
        give(counter, parcel, keeper, method="code", code=wrong(code.code))
    assert "11-20 14:30" in str(lock.value.message)  # SOON is 14:00 in the county
    assert lock.value.retry_after == 1800
    with pytest.raises(CodeLocked):  # the right code does not help while locked
        give(counter, parcel, keeper, method="code", code=code.code, now=SOON + dt.timedelta(minutes=29))
    with pytest.raises(WrongCode):  # after the lock counting starts anew
        give(counter, parcel, keeper, method="code", code="", now=SOON + dt.timedelta(minutes=30))
    give(counter, parcel, keeper, method="code", code=code.code, now=SOON + dt.timedelta(minutes=31))
    assert fresh(parcel).stage == "DELIVERED"


def test_by_signed_link(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    token = make_link_token(parcel=parcel, now=NOW)
    assert read_link_token(token=token, now=SOON).pk == parcel.pk
    give(counter, parcel, keeper, method="link", token=token)
    assert Pickup.objects.get(parcel=parcel).method == "link"
    with pytest.raises(LinkUsed):
        read_link_token(token=token, now=SOON)


def test_links_that_prove_nothing(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    other, _other_code = counter.waiting(keeper, recipient_phone="13800138999")
    token = make_link_token(parcel=parcel, now=NOW)
    with pytest.raises(OtherParcel):
        give(counter, other, keeper, method="link", token=token)
    body, signature = token.split("~")
    forged = [
        "", "~", "x", body, f"{body}~", token[:-1], f"1{token}", f"{body}~{signature[::-1]}", "../../etc/passwd",
        "' OR 1=1 --", "9" * 5000,
    ]  # fmt: skip
    for text in forged:
        with pytest.raises(LinkInvalid):
            read_link_token(token=text, now=SOON)
        with pytest.raises(LinkInvalid):
            give(counter, parcel, keeper, method="link", token=text)
    with pytest.raises(LinkInvalid):
        read_link_token(token=token, now=NOW + dt.timedelta(days=61))
    with pytest.raises(LinkInvalid):  # issued in the future
        read_link_token(token=make_link_token(parcel=parcel, now=NOW + dt.timedelta(days=1)), now=NOW)
    assert len(token) < 70  # fits a text message
    assert fresh(parcel).stage == "READY_FOR_PICKUP"


def test_by_identity_and_work_pin(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    with pytest.raises(PinMissing):
        give(counter, parcel, keeper, method="identity", pin="270461")
    set_work_pin(actor=keeper.actor(), pin="270461", now=NOW)
    with pytest.raises(PinWrong):
        give(counter, parcel, keeper, method="identity", pin="270462")
    give(counter, parcel, keeper, method="identity", pin="270461")
    assert fresh(parcel).stage == "DELIVERED"
    assert AuditEntry.objects.get(action="pickup.by_identity").after == {"method": "identity", "proxy": None}


def test_system_has_no_eyes_for_identity_cards(counter, keeper, world):
    parcel, _code = counter.waiting(keeper)
    with pytest.raises(ProofMissing):
        give_out(parcel=parcel, station=world.village, actor=COUNTY, now=SOON, method="identity", pin="270461")


def test_no_proof_no_parcel(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    for method in ("", "smile"):
        with pytest.raises(ProofMissing):
            give(counter, parcel, keeper, method=method)
    with pytest.raises(WrongCode):
        give(counter, parcel, keeper, method="code")
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]


def test_second_keeper_learns_who_and_when(counter, keeper):
    parcel, code = counter.waiting(keeper)
    give(counter, parcel, keeper, method="code", code=code.code)
    with pytest.raises(AlreadyGivenOut) as refusal:
        give(counter, parcel, keeper, method="code", code=code.code)
    message = str(refusal.value.message)
    assert "11-20 14:00" in message
    assert str(keeper.user.pk) in message
    assert keeper.user.name not in message
    assert keeper.user.phone not in message
    assert codes_of(parcel).count("DELIVERED") == 1


def test_only_what_waits_here(counter, keeper, keeper_next_door, world):
    parcel = counter.parcel()
    with pytest.raises(NotWaitingHere):
        give(counter, parcel, keeper, method="code", code="1")
    with pytest.raises(ParcelNotFound):
        give(counter, parcel, keeper_next_door, station=world.village_next_door, method="code", code="1")
    with pytest.raises(StationNotFound):
        give(counter, parcel, keeper_next_door, method="code", code="1")
    counter.scan(parcel, "DELIVERED", hours=1)
    with pytest.raises(ParcelClosed):
        give(counter, parcel, keeper, method="code", code="1")


@pytest.mark.parametrize("who", ["villager", "courier", "county_official", "support", "enterprise_admin"])
def test_others_give_nothing_out(counter, keeper, request, who):
    parcel, code = counter.waiting(keeper)
    with pytest.raises(Forbidden):
        give(counter, parcel, request.getfixturevalue(who), method="code", code=code.code)


def test_named_proxy(counter, keeper, villager):
    parcel, code = counter.waiting(keeper)
    proxy = name_proxy(parcel=parcel, name=" 王 大姐 ", phone="139 0013 9000", actor=villager.actor(), now=NOW)
    assert (proxy.name, proxy.phone) == ("王 大姐", "+8613900139000")
    give(counter, parcel, keeper, method="code", code=code.code, proxy=proxy)
    assert fresh(parcel).variant == "PROXY"
    assert Pickup.objects.get(parcel=parcel).proxy_id == proxy.pk
    assert "13900139000" not in str(list(AuditEntry.objects.values()))


def test_proxy_who_is_not_named_any_more(counter, keeper, villager):
    parcel, code = counter.waiting(keeper)
    first = name_proxy(parcel=parcel, name="王大姐", phone="13900139000", actor=villager.actor(), now=NOW)
    second = name_proxy(parcel=parcel, name="王二姐", phone="13900139001", actor=villager.actor(), now=NOW)
    with pytest.raises(NotTheProxy):
        give(counter, parcel, keeper, method="code", code=code.code, proxy=first)
    withdraw_proxy(parcel=parcel, actor=villager.actor(), now=NOW)
    with pytest.raises(NotTheProxy):
        give(counter, parcel, keeper, method="code", code=code.code, proxy=second)
    with pytest.raises(NoProxy):
        withdraw_proxy(parcel=parcel, actor=villager.actor(), now=NOW)
    other, _code = counter.waiting(keeper)
    foreign = name_proxy(parcel=other, name="王大姐", phone="13900139000", actor=keeper.actor(), now=NOW)
    with pytest.raises(NotTheProxy):
        give(counter, parcel, keeper, method="code", code=code.code, proxy=foreign)
    assert fresh(parcel).stage == "READY_FOR_PICKUP"


def test_who_names_a_proxy(counter, keeper, villager, keeper_next_door, courier):
    parcel = counter.parcel()
    for who in (keeper_next_door, courier):
        with pytest.raises(ParcelNotFound):
            name_proxy(parcel=parcel, name="王大姐", phone="13900139000", actor=who.actor(), now=NOW)
    for bad in ({"name": " "}, {"name": "王" * 61}):
        with pytest.raises(ProxyName):
            name_proxy(parcel=parcel, phone="13900139000", actor=villager.actor(), now=NOW, **bad)
    with pytest.raises(BadInput):
        name_proxy(parcel=parcel, name="王大姐", phone="<script>", actor=villager.actor(), now=NOW)
    counter.scan(parcel, "DELIVERED", hours=1)
    with pytest.raises(ParcelClosed):
        name_proxy(parcel=parcel, name="王大姐", phone="13900139000", actor=villager.actor(), now=NOW)


def test_after_trouble(counter, keeper):
    parcel = counter.parcel()
    counter.scan(parcel, "ATTEMPT_FAILED", hours=1)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    code = counter.inbound(parcel, keeper)
    give(counter, parcel, keeper, method="code", code=code.code)
    assert fresh(parcel).variant == "AFTER_ISSUE"


def test_refusing(counter, keeper, villager, keeper_next_door):
    parcel, code = counter.waiting(keeper)
    with pytest.raises(ParcelNotFound):
        refuse_parcel(parcel=parcel, actor=keeper_next_door.actor(), now=NOW)
    refused = refuse_parcel(parcel=parcel, actor=villager.actor(), now=NOW, why="不要了,打13812345678找我")
    assert refused.issues == ["REFUSED"]
    refuse_parcel(parcel=parcel, actor=keeper.actor(), now=SOON)
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "REFUSED"]
    assert "13812345678" not in parcel.events.get(code="REFUSED").text
    give(counter, parcel, keeper, method="code", code=code.code)  # and changes their mind
    assert (fresh(parcel).variant, fresh(parcel).issues) == ("AFTER_ISSUE", [])
    with pytest.raises(ParcelClosed):
        refuse_parcel(parcel=parcel, actor=villager.actor(), now=SOON)
    other = counter.parcel()
    counter.scan(other, "RETURNING", hours=1)
    with pytest.raises(AlreadyReturning):
        refuse_parcel(parcel=other, actor=villager.actor(), now=NOW)
