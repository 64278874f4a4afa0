"""My parcels at the counter: what waits comes first, one text for several codes, one person named for all of them."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from logistics.parcels.models import DoorCode, Parcel, ParcelContact, PickupCode, PickupProxy
from logistics.parcels.pickup_text import Kind, read_pickup_text
from logistics.parcels.services.door import start_delivery
from logistics.parcels.services.pickup import spaced
from tests.public.conftest import desk, nothing_kept  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db


def text_of(client, path="/my/", **headers) -> str:
    return client.get(path, **headers).content.decode()


def copied(text: str) -> list[str]:
    return re.findall(r'<textarea id="handout[^"]*"[^>]*>(.*?)</textarea>', text, re.S)


def test_waiting_parcels_lead_however_old(villager, desk):  # noqa: F811
    waiting = desk.waiting()
    younger = [desk.parcel() for _n in range(31)]
    first = text_of(villager.client)
    assert first.index(waiting.waybill) < first.index(younger[-1].waybill)
    older = first.split('rel="next" href="')[1].split('"')[0]
    second = text_of(villager.client, f"/my/{older}")
    assert younger[0].waybill in second
    assert waiting.waybill not in second


def test_one_text_tells_all_codes_of_a_station(villager, desk):  # noqa: F811
    parcels = [desk.waiting(), desk.waiting(), desk.waiting()]
    (text,) = copied(text_of(villager.client))
    told = read_pickup_text(text)
    assert told.kind == Kind.COLLECT
    assert {(i.tail, i.code) for i in told.items} == {
        (p.carrier_number[-4:], PickupCode.objects.get(parcel=p).code) for p in parcels
    }


def test_the_text_is_in_the_readers_language(villager, desk):  # noqa: F811
    desk.waiting()
    (text,) = copied(text_of(villager.client, headers={"accept-language": "en"}))
    assert read_pickup_text(text).language == "en"


def test_one_person_is_named_for_all_that_are_ticked(villager, desk):  # noqa: F811
    one, two, left_out = desk.waiting(), desk.waiting(), desk.waiting()
    answer = villager.client.post(
        "/my/proxy/", {"waybill": [one.waybill, two.waybill], "name": "李大哥", "phone": "13900000001"}
    )
    assert answer.status_code == 302
    named = set(PickupProxy.objects.filter(withdrawn_at=None).values_list("parcel_id", flat=True))
    assert named == {one.pk, two.pk}
    assert left_out.pk not in named


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "李大哥", "phone": "123"}, "手机号"),
        ({"name": "", "phone": "13900000001"}, "姓名"),
        ({"waybill": [], "name": "李大哥", "phone": "13900000001"}, "没有选包裹"),
    ],
)
def test_a_mistake_names_nobody_and_keeps_what_was_typed(villager, desk, fields, says):  # noqa: F811
    parcels = [desk.waiting(), desk.waiting()]
    answer = villager.client.post("/my/proxy/", {"waybill": [p.waybill for p in parcels]} | fields)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert says in text
    assert f'value="{fields["name"]}"' in text
    assert not PickupProxy.objects.exists()


def test_somebody_elses_parcel_among_them_spoils_the_whole(villager, keeper, desk):  # noqa: F811
    own, foreign = desk.waiting(), desk.waiting(recipient_phone="13700000009")
    form = {"waybill": [own.waybill, foreign.waybill], "name": "李大哥", "phone": "13900000001"}
    assert villager.client.post("/my/proxy/", form).status_code == 404
    assert not PickupProxy.objects.exists()


def test_a_newcomer_is_shown_the_first_steps_of_their_role_until_put_away(villager, keeper, county_official):
    for persona, guide in ((villager, "villager"), (keeper, "keeper"), (county_official, "county")):
        link = f'class="button" href="/help/{guide}/"'
        assert link in text_of(persona.client)
        assert persona.client.post("/help/first-steps/").status_code == 302
        assert link not in text_of(persona.client)
        persona.client.cookies["first_steps"] = "another"
        assert link in text_of(persona.client), "a new role has new first steps"


def test_every_help_page_opens_in_both_languages(client, villager):
    index = text_of(client, "/help/")
    pages = re.findall(r'href="(/help/[a-z]+/)"', index)
    assert len(set(pages)) == 11
    for path in set(pages):
        for language in ("zh-hans", "en"):
            text = text_of(client, path, headers={"accept-language": language})
            assert '<ol class="steps">' in text or "<table" in text, path
    assert client.get("/help/nothing/").status_code == 404


def out_for_delivery(desk, courier):  # noqa: F811
    """A parcel whose courier has set out for the door, and its code."""
    parcel = desk.parcel()
    Parcel.objects.filter(pk=parcel.pk).update(custody_kind="person", custody_ref=courier.actor().id)
    parcel.refresh_from_db()
    start_delivery(parcel=parcel, actor=courier.actor(), now=timezone.now())
    return parcel, spaced(DoorCode.objects.get(parcel=parcel).code)


def test_the_code_for_the_door_is_shown_while_the_courier_is_on_the_way(villager, courier, desk):  # noqa: F811
    parcel, code = out_for_delivery(desk, courier)
    for page in ("/my/", f"/p/{parcel.waybill}"):
        assert code in text_of(villager.client, page)
    DoorCode.objects.update(used_at=timezone.now())
    for page in ("/my/", f"/p/{parcel.waybill}"):
        assert code not in text_of(villager.client, page)


def test_the_sender_is_not_told_the_code_for_the_door(villager, courier, desk):  # noqa: F811
    parcel, code = out_for_delivery(desk, courier)
    ParcelContact.objects.filter(parcel=parcel, phone=villager.user.phone).update(role="sender_was")
    ParcelContact.objects.filter(parcel=parcel).exclude(role="sender_was").update(role="recipient")
    ParcelContact.objects.filter(parcel=parcel, role="sender_was").update(role="sender")
    assert parcel.waybill in text_of(villager.client)
    for page in ("/my/", f"/p/{parcel.waybill}"):
        assert code not in text_of(villager.client, page)


def test_my_parcels_say_who_was_named(villager, desk):  # noqa: F811
    parcel = desk.waiting()
    assert "已指定" not in villager.client.get("/my/").content.decode()
    form = {"waybill": [parcel.waybill], "name": "李大哥", "phone": "13900000001"}
    page = villager.client.post("/my/proxy/", form, follow=True).content.decode()
    assert "已指定 李** 代取 1 件。" in page
    assert "已指定 李**（139********）代取。" in page
    assert "13900000001" not in page
    villager.client.post(f"/p/{parcel.waybill}/proxy", {"withdraw": "1"})
    assert "139********" not in villager.client.get("/my/").content.decode()
