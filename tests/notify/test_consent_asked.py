"""Recipients are asked by text whether a parcel may be left at the station, before anybody shelves it."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.parcels.models import Consent, Event
from logistics.parcels.selectors_consent import consented_parcels, declined, standing_consent
from logistics.parcels.services.consent import decline_consent, give_consent
from logistics.parcels.services.consent_asks import ANSWERED_WITHIN, ask_for_consent
from portal.notify.models import BlockedNumber, Message, MessageLine
from portal.notify.services import take_replies, text_of
from portal.notify.sms import Reply
from tests.custody.conftest import NOW, RECIPIENT_PHONE

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=2)


def in_the_county(counter, parcel):
    counter.scan(parcel, "AT_COUNTY", hours=1)
    ask(parcel)


def ask(*parcels):
    ask_for_consent(list(Event.objects.filter(parcel__in=parcels)), NOW)


def answer(text, sender=RECIPIENT_PHONE, now=LATER):
    return take_replies(provider="tencent", replies=[Reply(sender, text)], now=now)


def test_asked_once_in_words_that_can_be_answered(counter, world):
    parcel = counter.parcel()
    in_the_county(counter, parcel)
    ask(parcel)
    text = text_of(Message.objects.get())
    assert f"尾号{parcel.carrier_number[-4:]}" in text
    assert world.village.name in text
    assert "/l/" in text
    for word in ("1同意", "2以后都同意", "3送上门"):
        assert word in text


def test_parcels_of_one_phone_and_station_are_one_question(counter):
    first, second = counter.parcel(), counter.parcel()
    for parcel in (first, second):
        in_the_county(counter, parcel)
    assert Message.objects.count() == 1
    assert MessageLine.objects.count() == 2
    answer("1")
    assert consented_parcels([first.pk, second.pk]) == {first.pk, second.pk}


@pytest.mark.parametrize("said", ["given", "declined", "standing"])
def test_who_said_something_is_not_asked(counter, villager, said):
    parcel = counter.parcel()
    if said == "declined":
        decline_consent(parcel=parcel, actor=villager.actor(), now=NOW)
    else:
        subject = {"parcel": parcel} if said == "given" else {"phone": RECIPIENT_PHONE}
        give_consent(**subject, actor=villager.actor(), now=NOW)
    in_the_county(counter, parcel)
    assert not Message.objects.exists()


@pytest.mark.parametrize("phone", ["", "0933-6621234", "18412345678转5678"])
def test_nobody_is_asked_where_no_text_arrives(counter, phone):
    in_the_county(counter, counter.parcel(recipient_phone=phone))
    assert not Message.objects.exists()


def test_not_yet_in_the_county_or_on_the_way_out(counter, world):
    coming = counter.parcel()
    counter.scan(coming, "LINEHAUL", hours=1)
    ask(coming)
    assert not Message.objects.exists()


def test_the_county_can_switch_it_off(counter, settings):
    settings.CONSENT_ASKED_BY_TEXT = False
    in_the_county(counter, counter.parcel())
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["1", " １。", "同意", "好的！", "ok"])
def test_yes(counter, text):
    parcel = counter.parcel()
    in_the_county(counter, parcel)
    answer(text)
    consent = Consent.objects.get()
    assert (consent.parcel, consent.channel) == (parcel, "sms")
    assert RECIPIENT_PHONE not in consent.recorded_by


def test_yes_from_now_on(counter):
    in_the_county(counter, counter.parcel())
    answer("2")
    consent = standing_consent(RECIPIENT_PHONE)
    assert consent is not None
    assert consent.channel == "sms"
    answer("2")  # twice is once
    assert Consent.objects.count() == 1


def test_no_is_kept_and_can_be_changed(counter):
    parcel = counter.parcel()
    in_the_county(counter, parcel)
    answer("3")
    assert set(declined([parcel.pk])) == {parcel.pk}
    answer("1")
    assert consented_parcels([parcel.pk]) == {parcel.pk}


@pytest.mark.parametrize("text", ["", "谢谢", "11", "什么包裹", "4"])
def test_other_words_change_nothing(counter, text):
    in_the_county(counter, counter.parcel())
    answer(text)
    assert not Consent.objects.exists()


def test_leaving_is_leaving(counter):
    in_the_county(counter, counter.parcel())
    assert answer("T") == 1
    assert BlockedNumber.objects.count() == 1
    assert not Consent.objects.exists()


@pytest.mark.parametrize("who", ["never_asked", "other_phone", "too_late", "shelved"])
def test_an_answer_to_nothing_is_nothing(counter, keeper, who):
    parcel = counter.parcel()
    if who != "never_asked":
        in_the_county(counter, parcel)
    if who == "shelved":
        give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
        counter.inbound(parcel, keeper, now=NOW)
    before = Consent.objects.count()
    answer("3", sender="+8613900139000" if who == "other_phone" else RECIPIENT_PHONE,
           now=NOW + ANSWERED_WITHIN + dt.timedelta(days=1) if who == "too_late" else LATER)  # fmt: skip
    assert Consent.objects.count() == before
    assert who != "shelved" or consented_parcels([parcel.pk]) == {parcel.pk}


def test_the_link_in_the_question_leads_to_the_answer(counter, client, db):
    parcel = counter.parcel()
    in_the_county(counter, parcel)
    token = text_of(Message.objects.get()).split("/l/")[1]
    page = client.get(f"/l/{token}", follow=True)
    assert "以后都放到站点" in page.content.decode()
