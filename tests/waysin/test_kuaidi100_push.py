"""kuaidi100 pushes to the portal, as it does to anyone who subscribes."""

import hashlib
import json

import pytest
from django.utils import timezone

from logistics.parcels.models import CarrierFeed, Event, Parcel, RefusedEvent
from logistics.parcels.services.feeds import FeedExists, NotACarrier, create_feed, rotate_secrets, switch_feed
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.registry.states import EnterpriseKind
from portal.audit.models import AuditEntry
from portal.core.actor import system_actor
from portal.core.errors import Forbidden, NotFound

pytestmark = pytest.mark.django_db


def clock(minutes_ago):
    return (timezone.localtime() - timezone.timedelta(minutes=minutes_ago)).strftime("%Y-%m-%d %H:%M:%S")


def row(ago=60, context="快件到达", **more):
    return {"time": clock(ago), "ftime": clock(ago), "context": context, **more}


def param(rows, state="0", nu="773000000001", com="zhongtong", **frame):
    result = {"message": "ok", "nu": nu, "com": com, "ischeck": "0", "state": state, "status": "200", "data": rows}
    return json.dumps(
        {"status": "polling", "billstatus": "got", "message": "", "lastResult": result, **frame}, ensure_ascii=False
    )


@pytest.fixture
def official(county_official):
    return county_official.actor()


@pytest.fixture
def feed(world, official):
    return create_feed(enterprise=None, actor=official, now=timezone.now())


@pytest.fixture
def push(client):
    def send(secrets, text, *, sign=None, key=None, salt=None):
        digest = hashlib.md5((text + (secrets.salt if salt is None else salt)).encode()).hexdigest().upper()
        return client.post(
            f"/api/v1/kuaidi100/{key or secrets.key}/", {"param": text, "sign": digest if sign is None else sign}
        )

    return send


def stage(parcel):
    return Parcel.objects.get(pk=parcel.pk).stage


def test_a_push_moves_the_parcel_and_is_answered_in_kuaidi100s_format(feed, parcel, push):
    text = param(
        [
            row(10, "【庄浪县】派件员张三(13812345678)正在派件", statusCode="5"),
            row(60, statusCode="1001"),
            row(90, statusCode="103"),
        ],
        "5",
    )
    response = push(feed, text)
    assert response.status_code == 200
    assert response.json() == {"result": True, "returnCode": "200", "message": "成功"}
    assert stage(parcel) == "OUT_FOR_DELIVERY"
    assert set(Event.objects.values_list("code", flat=True)) == {"COLLECTED", "AT_COUNTY", "OUT_FOR_DELIVERY"}
    texts = " ".join(Event.objects.values_list("text", flat=True))
    assert "张三" not in texts
    assert "138" not in texts
    assert CarrierFeed.objects.get().pushes == 1


def test_the_code_of_a_piece_is_its_parcel_s_number(feed, parcel, push):
    push(feed, param([row(10, statusCode="103")], "1", nu=f"{parcel.carrier_number}-1-1-"))
    assert stage(parcel) == "COLLECTED"


def test_the_whole_list_again_stores_only_what_is_new(feed, parcel, push):
    old, new = row(60, statusCode="103"), row(10, "在路上", statusCode="1002")
    push(feed, param([old], "1"))
    push(feed, param([new, old]))
    push(feed, param([new, old], status="updateall"))
    assert Event.objects.count() == 2
    assert stage(parcel) == "LINEHAUL"


@pytest.mark.parametrize("lower", [True, False])
def test_an_empty_salt_is_still_checked(world, official, parcel, push, lower):
    secrets = create_feed(enterprise=world.carrier, actor=official, now=timezone.now(), with_salt=False)
    assert secrets.salt == ""
    text = param([row(statusCode="103")], "1")
    digest = hashlib.md5(text.encode()).hexdigest()
    assert push(secrets, text, sign=digest if lower else digest.upper()).json()["result"] is True
    assert push(secrets, text, sign="").json()["result"] is False
    assert push(secrets, text, sign="0" * 32).json()["result"] is False
    assert CarrierFeed.objects.get().bad_signatures == 2


def test_a_wrong_signature_an_unknown_key_and_a_switched_off_feed_are_answered_alike(feed, official, parcel, push):
    text = param([row(statusCode="103")])
    wrong = push(feed, text, sign="0" * 32)
    unknown = push(feed, text, key="nobody-knows-this-key")
    switch_feed(feed_id=feed.feed.pk, enabled=False, actor=official, now=timezone.now())
    off = push(feed, text)
    assert {r.status_code for r in (wrong, unknown, off)} == {403}
    assert wrong.content == unknown.content == off.content
    assert wrong.json() == {"result": False, "returnCode": "500", "message": "签名错误"}
    assert Event.objects.count() == RefusedEvent.objects.count() == 0
    assert CarrierFeed.objects.get().bad_signatures == 1
    assert CarrierFeed.objects.get().pushes == 0


def test_a_changed_param_does_not_fit_its_signature(feed, parcel, push):
    text = param([row(statusCode="103")])
    digest = hashlib.md5((text + feed.salt).encode()).hexdigest()
    assert push(feed, text.replace("773000000001", "773000000002"), sign=digest).json()["result"] is False


def test_an_unknown_state_is_kept_as_refused_and_no_error(feed, parcel, push):
    response = push(
        feed, param([row(statusCode="9999", status="飞天"), row(90, statusCode="103"), {"context": "时间不明"}])
    )
    assert response.json()["result"] is True
    assert stage(parcel) == "COLLECTED"
    kept = RefusedEvent.objects.values_list("code", flat=True)
    assert sorted(kept) == ["malformed", "unknown_code"]


def test_304_is_ready_for_pickup_and_not_delivered_while_nobody_took_it(feed, parcel, push):
    push(feed, param([row(statusCode="304", status="投柜或站签收", context="已签收，签收人：菜鸟驿站")], "3"))
    assert stage(parcel) == "READY_FOR_PICKUP"


def test_delivered_with_its_variant(feed, parcel, push):
    push(feed, param([row(statusCode="303")], "3", status="shutdown"))
    found = Parcel.objects.get(pk=parcel.pk)
    assert (found.stage, found.variant) == ("DELIVERED", "PROXY")


def test_a_parcel_not_yet_announced_catches_up_when_it_is(feed, world, push):
    push(feed, param([row(statusCode="103")], "1"))
    assert RefusedEvent.objects.get().code == "unknown_parcel"
    draft = ParcelDraft(carrier="zto", carrier_number="773000000001", destination=world.village_division.code)
    parcel = create_parcel(draft=draft, actor=system_actor("tests"), now=timezone.now())
    assert stage(parcel) == "COLLECTED"


def test_the_corrected_carrier_finds_its_parcel(feed, world, make_parcels, push):
    (parcel,) = make_parcels("YT0000000001", carrier=world.other_carrier)
    push(feed, param([row(statusCode="103")], nu="YT0000000001"))
    assert Event.objects.count() == 0
    push(feed, param([row(statusCode="103")], nu="YT0000000001", autoCheck="1", comOld="zhongtong", comNew="yuantong"))
    assert stage(parcel) == "COLLECTED"


def test_a_carriers_own_feed_reaches_nobody_elses_parcels(world, official, make_parcels, push):
    (foreign,) = make_parcels("YT0000000001", carrier=world.other_carrier)
    own = create_feed(enterprise=world.carrier, actor=official, now=timezone.now())
    assert push(own, param([row(statusCode="301")], nu="YT0000000001", com="yuantong")).json()["result"] is True
    assert (
        push(
            own,
            param(
                [row(50, statusCode="7", context="转寄中通，新单号：773000009999")], nu="YT0000000001", com="yuantong"
            ),
        ).json()["result"]
        is True
    )
    assert stage(foreign) == "CREATED"
    assert Event.objects.count() == 0
    assert set(RefusedEvent.objects.values_list("code", flat=True)) <= {"out_of_scope", "needs_proof"}


def test_forwarded_to_the_post_both_numbers_find_the_parcel(feed, parcel, push):
    push(feed, param([row(statusCode="7", context="快件已转寄圆通，新单号：YT12345678901")], "7"))
    assert Event.objects.get().code == "FORWARDED"
    push(feed, param([row(10, statusCode="5")], "5", nu="YT12345678901", com="yuantong"))
    assert stage(parcel) == "OUT_FOR_DELIVERY"


def test_an_up_parcel_in_the_city_of_delivery_is_far_from_our_county(feed, world, push):
    draft = ParcelDraft(
        direction="UP", carrier="zto", carrier_number="773000000007", origin=world.village_division.code
    )
    parcel = create_parcel(draft=draft, actor=system_actor("tests"), now=timezone.now())
    push(feed, param([row(statusCode="1001")], nu="773000000007"))
    found = Parcel.objects.get(pk=parcel.pk)
    assert (found.stage, found.county_at) == ("LINEHAUL", None)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"lastResult":5}', "[" * 50_000, "\x00"])
def test_a_signed_push_that_is_none(feed, push, text):
    response = push(feed, text)
    assert response.status_code == 400
    assert response.json()["returnCode"] == "700"


def test_abort_without_rows_is_taken_quietly(feed, parcel, push):
    assert push(feed, param([], "", status="abort", message="3天查询无记录")).json()["result"] is True


def test_too_large_a_push_is_answered_in_the_same_format(feed, push):
    response = push(feed, "x" * (6 * 1024 * 1024))
    assert response.status_code == 413
    assert response.json()["returnCode"] == "700"


def test_only_posts(feed, client):
    assert client.get(f"/api/v1/kuaidi100/{feed.key}/").status_code == 405


def test_numbers_that_are_tricks_do_no_harm(feed, push):
    for nu in ("<script>", "' OR 1=1", "\x00", "x" * 500, None, 5, {}, True):
        assert push(feed, param([row(statusCode="103")], nu=nu)).json()["result"] is True


# -- setting feeds up ---------------------------------------------------------------------------------------


def test_secrets_are_shown_once_and_kept_out_of_the_audit_trail(feed, official):
    rotated = rotate_secrets(feed_id=feed.feed.pk, actor=official, now=timezone.now(), key=True, why="leaked")
    assert rotated.salt not in ("", feed.salt)
    assert rotated.key != feed.key
    trail = json.dumps(list(AuditEntry.objects.values("action", "before", "after", "why")))
    assert "feed.created" in trail
    assert "feed.rotated" in trail
    assert not [s for s in (feed.key, feed.salt, rotated.key, rotated.salt) if s in trail]


def test_after_rotation_the_old_salt_is_wrong(feed, official, parcel, push):
    rotated = rotate_secrets(feed_id=feed.feed.pk, actor=official, now=timezone.now())
    text = param([row(statusCode="103")])
    assert push(feed, text).json()["result"] is False
    assert push(rotated, text).json()["result"] is True


def test_who_may_set_up_feeds(world, official, neighbour_official, enterprise_admin, keeper, feed):
    for actor in (enterprise_admin.actor(), keeper.actor()):
        with pytest.raises(Forbidden):
            create_feed(enterprise=world.carrier, actor=actor, now=timezone.now())
    with pytest.raises(NotFound):
        create_feed(enterprise=world.carrier, actor=neighbour_official.actor(), now=timezone.now())
    with pytest.raises(FeedExists):
        create_feed(enterprise=None, actor=official, now=timezone.now())
    own = create_feed(enterprise=world.carrier, actor=official, now=timezone.now())
    with pytest.raises(NotFound):
        switch_feed(feed_id=own.feed.pk, enabled=False, actor=neighbour_official.actor(), now=timezone.now())
    type(world.other_carrier).objects.filter(pk=world.other_carrier.pk).update(kind=EnterpriseKind.BUS)
    world.other_carrier.refresh_from_db()
    with pytest.raises(NotACarrier):
        create_feed(enterprise=world.other_carrier, actor=official, now=timezone.now())
