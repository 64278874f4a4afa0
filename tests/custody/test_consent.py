"""Nobody's parcel is left at a station against their word."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.parcels.models import Consent
from logistics.parcels.selectors_consent import consented_parcels
from logistics.parcels.services.consent import (
    ChannelMissing,
    ConsentNotYours,
    NoConsent,
    give_consent,
    withdraw_consent,
)
from logistics.parcels.services.pickup.inbound import ConsentNeeded
from portal.audit.models import AuditEntry
from portal.core.errors import BadInput
from tests.custody.conftest import NOW, RECIPIENT_PHONE

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def test_recipient_consents_online(counter, villager):
    parcel = counter.parcel()
    consent = give_consent(parcel=parcel, actor=villager.actor(), now=NOW, channel="phone")
    assert consent.channel == "online"  # what they say under their own phone is their own word
    assert consented_parcels([parcel.pk]) == {parcel.pk}
    entry = AuditEntry.objects.get(action="consent.given")
    assert entry.actor == villager.actor().id
    assert RECIPIENT_PHONE not in str(entry.after)


def test_giving_twice_is_giving_once(counter, villager):
    parcel = counter.parcel()
    first = give_consent(parcel=parcel, actor=villager.actor(), now=NOW)
    assert give_consent(parcel=parcel, actor=villager.actor(), now=LATER).pk == first.pk
    assert AuditEntry.objects.filter(action="consent.given").count() == 1


def test_standing_consent_covers_all_parcels_of_the_phone(counter, villager):
    mine, other = counter.parcel(), counter.parcel(recipient_phone="13900139000")
    give_consent(phone=RECIPIENT_PHONE, actor=villager.actor(), now=NOW)
    assert consented_parcels([mine.pk, other.pk]) == {mine.pk}


def test_no_for_one_parcel_outweighs_the_standing_yes(counter, villager, keeper):
    parcel, other = counter.parcel(), counter.parcel()
    give_consent(phone=RECIPIENT_PHONE, actor=villager.actor(), now=NOW)
    withdraw_consent(parcel=parcel, actor=villager.actor(), now=LATER)
    assert consented_parcels([parcel.pk, other.pk]) == {other.pk}
    with pytest.raises(ConsentNeeded):
        counter.inbound(parcel, keeper, now=LATER)
    give_consent(parcel=parcel, actor=villager.actor(), now=LATER + dt.timedelta(hours=1))
    assert consented_parcels([parcel.pk]) == {parcel.pk}


def test_withdrawn_consent_stops_future_drops(counter, villager, keeper):
    parcel = counter.parcel()
    give_consent(parcel=parcel, actor=villager.actor(), now=NOW)
    withdraw_consent(parcel=parcel, actor=villager.actor(), now=LATER)
    with pytest.raises(ConsentNeeded) as refusal:
        counter.inbound(parcel, keeper, now=LATER)
    assert "上门" in str(refusal.value.hint)
    assert AuditEntry.objects.filter(action="consent.withdrawn").count() == 1


def test_withdrawing_nothing_says_so(counter, villager):
    parcel = counter.parcel()
    with pytest.raises(NoConsent):
        withdraw_consent(parcel=parcel, actor=villager.actor(), now=NOW)
    give_consent(phone=RECIPIENT_PHONE, actor=villager.actor(), now=NOW)
    withdraw_consent(parcel=parcel, actor=villager.actor(), now=LATER)
    with pytest.raises(NoConsent):
        withdraw_consent(parcel=parcel, actor=villager.actor(), now=LATER)


def test_keeper_records_how_they_asked(counter, keeper):
    parcel = counter.parcel()
    with pytest.raises(ChannelMissing):
        give_consent(parcel=parcel, actor=keeper.actor(), now=NOW)
    with pytest.raises(ChannelMissing):  # "online" is the recipient's own
        give_consent(parcel=parcel, actor=keeper.actor(), now=NOW, channel="online")
    consent = give_consent(parcel=parcel, actor=keeper.actor(), now=NOW, channel="in_person")
    assert consent.recorded_by == keeper.actor().id


def test_keeper_records_standing_consent_only_of_own_recipients(counter, keeper, keeper_next_door):
    counter.parcel()
    with pytest.raises(ConsentNotYours):
        give_consent(phone=RECIPIENT_PHONE, actor=keeper_next_door.actor(), now=NOW, channel="phone")
    with pytest.raises(ConsentNotYours):  # a phone nobody wrote on a parcel can't be tried out
        give_consent(phone="+8613900139000", actor=keeper.actor(), now=NOW, channel="phone")
    assert give_consent(phone=RECIPIENT_PHONE, actor=keeper.actor(), now=NOW, channel="phone").phone == RECIPIENT_PHONE


@pytest.mark.parametrize("who", ["keeper_next_door", "courier", "support", "anonymous", "neighbour_official"])
def test_others_have_no_say(counter, request, who):
    parcel = counter.parcel(recipient_phone="13900139000")
    actor = request.getfixturevalue(who).actor()
    for subject in ({"parcel": parcel}, {"phone": "+8613900139000"}):
        with pytest.raises(ConsentNotYours):
            give_consent(**subject, actor=actor, now=NOW, channel="phone")
        with pytest.raises(ConsentNotYours):
            withdraw_consent(**subject, actor=actor, now=NOW, channel="phone")
    assert not Consent.objects.exists()


def test_one_subject_at_a_time(counter, villager):
    with pytest.raises(BadInput):
        give_consent(actor=villager.actor(), now=NOW)
    with pytest.raises(BadInput):
        give_consent(parcel=counter.parcel(), phone=RECIPIENT_PHONE, actor=villager.actor(), now=NOW)
