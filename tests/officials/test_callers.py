"""Somebody calls: their parcels are found by the number they call from, for a purpose that is written down."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from logistics.parcels.models import Parcel
from logistics.parcels.services.callers import CALLERS
from portal.audit.models import AuditEntry
from tests.custody.conftest import RECIPIENT_PHONE, SENDER_PHONE

pytestmark = pytest.mark.django_db
PAGE = "/admin/callers/"
TYPED = "138 0933 1001"


def call(persona, phone=TYPED, purpose="where"):
    return persona.client.post(PAGE, {"phone": phone, "purpose": purpose}, follow=True)


def test_an_agent_finds_the_callers_parcels(support, counter, world):
    mine, other = counter.parcel(), counter.parcel(recipient_phone="13900139000")
    elsewhere = counter.parcel(destination_station=world.neighbour_hub.code) if world.neighbour_hub else None
    answer = call(support)
    page = answer.content.decode()
    assert mine.carrier_number[-4:] in page
    assert reverse("admin:parcels_parcel_change", args=[mine.pk]) in page
    for parcel in filter(None, (other, elsewhere)):
        assert reverse("admin:parcels_parcel_change", args=[parcel.pk]) not in page
    assert support.client.get(reverse("admin:parcels_parcel_change", args=[mine.pk])).status_code == 200
    assert answer.redirect_chain == [(PAGE, 302)]  # reload and back look at the same page


def test_it_is_written_down_with_its_purpose_and_without_the_number(support, counter):
    counter.parcel()
    call(support, purpose="complaint")
    entry = AuditEntry.objects.get(action="caller.found")
    assert (entry.actor, entry.why, entry.after) == (support.actor().id, "投诉", {"parcels": 1})
    assert "9331001" not in f"{entry.before}{entry.after}{entry.why}{entry.object_id}"
    assert RECIPIENT_PHONE not in str(dict(support.client.session))


def test_senders_call_too(support, counter):
    parcel = counter.parcel()
    assert parcel.carrier_number[-4:] in call(support, phone=SENDER_PHONE).content.decode()


@pytest.mark.parametrize(
    ("phone", "purpose", "says"),
    [("1380933", "where", "手机号"), ("", "where", "手机号"), (TYPED, "", "事由"), (TYPED, "gossip", "事由")],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(support, counter, phone, purpose, says):
    counter.parcel()
    answer = call(support, phone, purpose)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert f'value="{phone}"' in answer.content.decode()
    assert not AuditEntry.objects.filter(action="caller.found").exists()


def test_nothing_found_says_what_to_ask(support):
    assert "问对方面单上的单号" in call(support).content.decode()


def test_what_ended_long_ago_is_not_found(support, counter):
    parcel = counter.parcel()
    ended = timezone.now() - timezone.timedelta(days=31)
    Parcel.objects.filter(pk=parcel.pk).update(stage="DELIVERED", closed_at=ended)
    assert parcel.carrier_number[-4:] not in call(support).content.decode()


def test_trying_phones_out_is_stopped(support):
    for _n in range(CALLERS.tries):
        CALLERS.take(support.actor().id)
    assert call(support).status_code == 429


@pytest.mark.parametrize("name", ["keeper", "courier", "enterprise_admin", "villager"])
def test_nobody_else_has_a_telephone(name, request):
    assert request.getfixturevalue(name).client.get(PAGE).status_code in (302, 403)


def test_the_neighbour_finds_nothing_of_ours(neighbour_official, counter):
    parcel = counter.parcel()
    assert parcel.carrier_number[-4:] not in call(neighbour_official).content.decode()


@pytest.mark.parametrize(("words", "found"), [("{phone}", True), ("{name}", True), ("{tail}", False), ("999", False)])
def test_people_are_found_by_name_or_whole_phone(county_official, keeper, words, found):
    phone = keeper.user.phone.removeprefix("+86")
    asked = words.format(phone=f"{phone[:3]} {phone[3:7]} {phone[7:]}", name=keeper.user.name, tail=phone[-4:])
    page = county_official.client.get(reverse("admin:accounts_user_changelist"), {"q": asked})
    assert (page.context["cl"].result_count == 1) is found
