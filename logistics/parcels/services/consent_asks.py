"""Asking recipients, by text message, whether a parcel may be left at the station, before anybody shelves it.

The law wants the recipient's consent before a parcel is left at a station (快递市场管理办法 第28条). Asked a day
early by message it costs the keeper no call. An answer that is none of the words changes nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
import unicodedata

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from logistics.parcels.models import Consent, Event, Parcel, ParcelContact
from logistics.parcels.notices import CONSENT_ASKED
from logistics.parcels.pickup_text import plain
from logistics.parcels.selectors_consent import consented_parcels
from logistics.parcels.services.consent import decline_consent, give_consent, give_standing_consent
from logistics.parcels.services.guards import recipient_of
from logistics.parcels.services.pickup.arrival import tail_of
from logistics.parcels.services.pickup.links import make_link_token, parcel_of_subject, subject_of
from logistics.parcels.states import RANKS, ConsentChannel, ContactRole, Direction, Stage
from logistics.registry.states import State
from portal.core.errors import DomainError
from portal.core.phones import is_mobile
from portal.notify.selectors import subjects_told
from portal.notify.services import add_line
from portal.notify.sms import Reply

log = logging.getLogger(__name__)
ANSWERED_WITHIN = dt.timedelta(days=14)  # of the question: later a "1" may answer anybody's message
_IN_THE_COUNTY = frozenset({Stage.AT_COUNTY, Stage.BAGGED, Stage.TO_TOWN, Stage.AT_TOWN, Stage.TO_VILLAGE})
_SHELVED = RANKS[Direction.DOWN][Stage.READY_FOR_PICKUP]
YES = frozenset({"1", "Y", "YES", "OK", "好", "好的", "可以", "同意", "行", "是", "1同意"})
ALWAYS = frozenset({"2", "以后都同意", "以后都可以", "都同意", "一直同意", "2以后都同意"})
NO = frozenset({"3", "不同意", "不可以", "不行", "送上门", "上门", "3送上门"})
_AROUND = " .,;:!?~。，、；：！？“”\"'（）()[]【】\t\r\n"


def ask_for_consent(events: list[Event], now: dt.datetime) -> None:
    """Consumer effect: recipients of parcels that are in the county now are asked once, all of one station in one text.

    Nobody is asked who agreed already, said no, or has no phone that takes texts, and nothing where the county has
    switched it off.
    """
    if not settings.CONSENT_ASKED_BY_TEXT:
        return
    seen = {event.parcel_id for event in events if event.code in _IN_THE_COUNTY}
    parcels = list(_unasked().filter(pk__in=seen).select_related("destination_station", "carrier").order_by("pk"))
    agreed = consented_parcels(parcel.pk for parcel in parcels)
    left = [parcel for parcel in parcels if parcel.pk not in agreed]
    people = ParcelContact.objects.filter(parcel__in=left, role=ContactRole.RECIPIENT)
    phones = {contact.parcel_id: contact.phone for contact in people if contact.takes_texts}
    for parcel in left:
        if parcel.pk in phones:
            _ask(parcel, phones[parcel.pk], now)


def _unasked() -> QuerySet[Parcel]:
    """On the way to a station of ours that works, and nobody said anything about it yet."""
    spoken = Consent.objects.filter(parcel=OuterRef("pk"))
    return Parcel.objects.filter(
        ~Exists(spoken), direction=Direction.DOWN, closed_at=None, stage__in=_IN_THE_COUNTY,
        destination_station__state=State.ACTIVE,
    )  # fmt: skip


def _ask(parcel: Parcel, phone: str, now: dt.datetime) -> None:
    station = parcel.destination_station
    add_line(
        template=CONSENT_ASKED.name,
        recipient=phone,
        parameters={"station": plain(station.name) if station else ""},
        line={
            "tail": tail_of(parcel),
            "link": f"{settings.PUBLIC_URL}/l/{make_link_token(parcel=parcel, now=now)}",
        },
        merge_key=f"{parcel.destination_station_id}:consent",
        dedupe_key=f"consent:{parcel.pk}",
        subject=subject_of(parcel),
        window=dt.timedelta(seconds=settings.ARRIVAL_WINDOW_SECONDS),
        now=now,
        area=parcel.area,
    )


def take_answer(reply: Reply, now: dt.datetime) -> bool:
    """What a phone answered to the question; False when it is none of the words, or nothing was asked."""
    word = unicodedata.normalize("NFKC", reply.text[:40]).strip(_AROUND).upper()
    if word not in YES | ALWAYS | NO or not is_mobile(reply.sender):
        return False
    asked = _asked(reply.sender, now)
    for parcel in asked:
        _note(parcel, word, now)
    return bool(asked)


def _asked(phone: str, now: dt.datetime) -> list[Parcel]:
    """Parcels about which this phone was asked, that are still on their way and still for this phone."""
    told = subjects_told(template=CONSENT_ASKED.name, recipient=phone, since=now - ANSWERED_WITHIN)
    mine = ParcelContact.objects.filter(phone=phone, role=ContactRole.RECIPIENT).values("parcel")
    wanted = Parcel.objects.filter(pk__in=[parcel_of_subject(name) for name in told], closed_at=None)
    return list(wanted.filter(pk__in=mine, stage_rank__lt=_SHELVED).order_by("pk"))


def _note(parcel: Parcel, word: str, now: dt.datetime) -> None:
    act = decline_consent if word in NO else give_standing_consent if word in ALWAYS else give_consent
    try:
        with transaction.atomic():
            act(actor=recipient_of(parcel), now=now, parcel=parcel, channel=ConsentChannel.SMS)
    except DomainError as refused:  # it ended, or changed hands, just now: the others are answered all the same
        log.info("an answer about consent came too late: %s", refused.code)
