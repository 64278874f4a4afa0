"""The recipient's agreement that a parcel may be left at a station (快递市场管理办法 第28条).

For one parcel, or standing for a phone number. Given by the recipient under their own proved phone (or a relative
they agreed to), or recorded by the station keeper who asked them, with the way they were asked. Withdrawing
stops the station drops that have not happened yet; a parcel that already waits at the station stays there.
A word about one parcel outweighs an earlier standing consent. Whoever was asked and said no is kept as a consent that
was withdrawn as it was given.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Consent, Parcel, ParcelContact
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.selectors_consent import consented_parcels
from logistics.parcels.services.guards import is_own, lock_one, phone_of, reaches, require_open
from logistics.parcels.states import ConsentChannel, ContactRole
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, NotFound
from portal.core.phones import is_mobile


class ConsentNotYours(NotFound):
    code = "consent_not_found"
    message = _("没有找到可以登记同意的包裹。")
    hint = _("请用收件手机号登录，或由服务该包裹的站点登记。")


class ChannelMissing(BadInput):
    code = "consent_channel_missing"
    message = _("没有说明收件人是怎样同意的。")
    hint = _("请选择当面、电话或短信。")


class NoConsent(Conflict):
    code = "no_consent"
    message = _("没有可以撤回的同意。")
    hint = _("如不愿放到站点，请联系站点改为上门投递。")


class NoPhoneOfTheirOwn(Conflict):
    code = "no_phone_of_their_own"
    message = _("没有登记收件人自己的手机号，不能登记“以后都放站点”。")
    hint = _("请只登记这一个包裹；转接的号码会换人，不能用来认人。")


@transaction.atomic
def give_standing_consent(*, actor: Actor, now: dt.datetime, parcel: Parcel, channel: str = "") -> Consent:
    """The recipient of `parcel` agrees for it and for whatever comes to their phone later.

    Raises NoPhoneOfTheirOwn where the parcel shows no mobile number, or one that is passed on from hand to hand; else
    as give_consent.
    """
    consent = give_consent(actor=actor, now=now, phone=_own_phone_of(parcel), channel=channel)
    if parcel.pk not in consented_parcels([parcel.pk]):  # for which they had said no
        give_consent(actor=actor, now=now, parcel=parcel, channel=channel)
    return consent


def withdraw_standing_consent(*, actor: Actor, now: dt.datetime, parcel: Parcel, channel: str = "") -> Consent:
    """The recipient of `parcel` wants to be asked again for each. Raises as withdraw_consent, NoPhoneOfTheirOwn."""
    return withdraw_consent(actor=actor, now=now, phone=_own_phone_of(parcel), channel=channel)


def _own_phone_of(parcel: Parcel) -> str:
    phone = phone_of(parcel, ContactRole.RECIPIENT)
    if not is_mobile(phone):
        raise NoPhoneOfTheirOwn()
    return phone


@transaction.atomic
def decline_consent(*, actor: Actor, now: dt.datetime, parcel: Parcel, channel: str = "") -> Consent:
    """The recipient was asked and wants `parcel` brought to the door; what they agreed to for it before is withdrawn.

    Raises ConsentNotYours, ChannelMissing, ParcelClosed.
    """
    channel = _channel(actor=actor, channel=channel, parcel=parcel, phone="")
    require_open([lock_one(parcel)])
    live = Consent.objects.select_for_update().filter(parcel=parcel, withdrawn_at=None).first()
    before = {"channel": live.channel} if live else {}
    consent = live or Consent(parcel=parcel, channel=channel, given_at=now, recorded_by=actor.id)
    consent.withdrawn_at = now
    consent.save()
    record(
        actor=actor, now=now, action="consent.declined", target=consent, before=before, after={"channel": channel},
        area=parcel.area,
    )  # fmt: skip
    return consent


@transaction.atomic
def give_consent(
    *, actor: Actor, now: dt.datetime, parcel: Parcel | None = None, phone: str = "", channel: str = ""
) -> Consent:
    """The recipient agrees for `parcel`, or for every parcel to `phone`. Giving it twice is giving it once.

    `channel` is ONLINE when they say so themselves (SMS in an answer to our message); a keeper must name how the
    recipient was asked.
    Raises ConsentNotYours outside the actor's reach, ChannelMissing, ParcelClosed.
    """
    subject = _subject(parcel, phone)
    channel = _channel(actor=actor, channel=channel, **subject)
    if parcel is not None:
        require_open([lock_one(parcel)])
    consent, made = Consent.objects.get_or_create(
        **subject, withdrawn_at=None, defaults={"channel": channel, "given_at": now, "recorded_by": actor.id}
    )
    if made:
        after = {"channel": channel, "standing": parcel is None}
        record(actor=actor, now=now, action="consent.given", target=consent, after=after, area=_area(parcel))
    return consent


@transaction.atomic
def withdraw_consent(
    *, actor: Actor, now: dt.datetime, parcel: Parcel | None = None, phone: str = "", channel: str = ""
) -> Consent:
    """The recipient takes their consent back, for `parcel` alone or the standing one of `phone`.

    A standing consent that covers the parcel stays for the others: the parcel gets a withdrawn row of its own.
    Raises ConsentNotYours, ChannelMissing, and NoConsent when nothing was agreed to.
    """
    subject = _subject(parcel, phone)
    channel = _channel(actor=actor, channel=channel, **subject)
    if parcel is not None:
        lock_one(parcel)
    live = Consent.objects.select_for_update().filter(withdrawn_at=None)
    consent = live.filter(**subject).first()
    if consent is None and parcel is not None:
        consent = _standing_as_own_row(parcel, live, actor)
    if consent is None:
        raise NoConsent()
    consent.withdrawn_at = now
    consent.save()
    record(
        actor=actor, now=now, action="consent.withdrawn", target=consent,
        before={"channel": consent.channel}, after={"channel": channel, "standing": parcel is None},
        area=_area(parcel),
    )  # fmt: skip
    return consent


def _area(parcel: Parcel | None) -> str:
    """Whose officials read of it; a standing consent belongs to no place."""
    return parcel.area if parcel is not None else ""


def _standing_as_own_row(parcel: Parcel, live, actor: Actor) -> Consent | None:
    phone = phone_of(parcel, ContactRole.RECIPIENT)
    standing = live.filter(parcel=None, phone=phone).first() if phone else None
    if standing is None or Consent.objects.filter(parcel=parcel, withdrawn_at__gte=standing.given_at).exists():
        return None
    return Consent(
        parcel=parcel, channel=standing.channel, given_at=standing.given_at, recorded_by=standing.recorded_by
    )


def _subject(parcel: Parcel | None, phone: str) -> dict:
    if (parcel is None) == (not phone):
        raise BadInput(code="consent_one_subject", hint=_("请指明一个包裹，或一个手机号。"))
    return {"parcel": parcel, "phone": phone}


def _channel(*, actor: Actor, channel: str, parcel: Parcel | None, phone: str) -> str:
    """How the recipient was heard; raises when the actor may not speak for them."""
    if _speaks_as_recipient(actor, parcel, phone):
        return ConsentChannel.SMS if channel == ConsentChannel.SMS else ConsentChannel.ONLINE
    if not _serves_recipient(actor, parcel, phone):
        raise ConsentNotYours()
    if channel not in set(ConsentChannel) - {ConsentChannel.ONLINE}:
        raise ChannelMissing()
    return channel


def _speaks_as_recipient(actor: Actor, parcel: Parcel | None, phone: str) -> bool:
    if parcel is not None:
        return is_own(actor=actor, parcel=parcel)
    return phone in demand(actor).scope(Permission.OWN_PARCELS).phones


def _serves_recipient(actor: Actor, parcel: Parcel | None, phone: str) -> bool:
    """A keeper records only for recipients of parcels within reach, so that phones can't be tried out."""
    if parcel is not None:
        return reaches(actor=actor, permission=Permission.CONSENT_RECORD, parcel=parcel)
    if not actor.may(Permission.CONSENT_RECORD):
        return False
    known = ParcelContact.objects.filter(phone=phone, role=ContactRole.RECIPIENT).values("parcel")
    return visible_parcels(actor=actor, permission=Permission.CONSENT_RECORD).filter(pk__in=known).exists()
