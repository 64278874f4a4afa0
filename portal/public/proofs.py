"""Proof of being the recipient: a code by SMS or the link in a message opens parcels for a quarter of an hour."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.lookup_own import recipient_phone
from portal.core.errors import BadInput, Conflict, TooMany
from portal.core.fields import keyed_hash
from portal.core.limits import caller_of, remember_browser
from portal.notify.services import send
from portal.public.limits import CODE_TRIES, CODES, DIGITS, subject_of

OPEN_FOR = dt.timedelta(minutes=15)
CODE_MINUTES = 10
_OPENED, _CODE = "lookup_opened", "lookup_code"


class NoPhone(Conflict):
    code = "no_phone"
    message = _("这个包裹没有登记收件人的手机号，发不了验证码。")
    hint = _("请联系站点或承运企业。")


class CodeWrong(BadInput):
    code = "lookup_code_wrong"
    message = _("验证码不对，或已过期。")
    hint = _("请核对短信；输错 5 次或超过 10 分钟，要重新获取。")


def opened_parcels(session, now: dt.datetime) -> frozenset[int]:
    """Ids of the parcels that this browser opened and that have not run out."""
    return frozenset(int(pk) for pk, until in session.get(_OPENED, {}).items() if until > now.timestamp())


def open_parcels(request, parcel_ids: list[int], now: dt.datetime) -> None:
    """For this browser and a quarter of an hour. Who planted an anonymous session beforehand is left behind with it."""
    session = request.session
    if not request.actor.signed_in:  # a login has renewed the key already
        session.cycle_key()
    remember_browser(request, DIGITS.kind, *(subject_of((pk,), "") for pk in parcel_ids))
    kept = {pk: until for pk, until in session.get(_OPENED, {}).items() if until > now.timestamp()}
    session[_OPENED] = kept | {str(pk): (now + OPEN_FOR).timestamp() for pk in parcel_ids}


@transaction.atomic
def send_code(request, parcel_ids: tuple[int, ...], language: str, now: dt.datetime) -> None:
    """A code to the recipient's phone, good for those of the parcels that go to the same phone.

    Raises NoPhone, Paused.
    """
    phone = recipient_phone(parcel_ids[0])
    if not phone:
        raise NoPhone
    CODES.begin(subject_of(parcel_ids, ""), caller_of(request))
    code, name = f"{secrets.randbelow(10**6):06d}", secrets.token_hex(8)
    until = now + dt.timedelta(minutes=CODE_MINUTES)
    send(
        template="lookup_code",
        recipient=phone,
        parameters={"code": code, "minutes": CODE_MINUTES},
        dedupe_key=f"lookup-code:{name}",
        now=now,
        expires_at=until,
        language=language,
    )
    request.session[_CODE] = {
        "name": name,
        "hash": _hash(name, code),
        "until": until.timestamp(),
        "parcels": [pk for pk in parcel_ids if recipient_phone(pk) == phone],
    }


def check_code(request, typed: str, now: dt.datetime) -> list[int]:
    """The parcels that the code opens, now open in this session. Raises CodeWrong; the tries are counted first."""
    session = request.session
    waiting = session.get(_CODE)
    if not waiting or waiting["until"] <= now.timestamp():
        raise CodeWrong
    try:
        CODE_TRIES.take(waiting["name"])
    except TooMany:
        raise CodeWrong from None
    if not hmac.compare_digest(_hash(waiting["name"], typed), waiting["hash"]):
        raise CodeWrong
    del session[_CODE]
    open_parcels(request, waiting["parcels"], now)
    return waiting["parcels"]


def _hash(name: str, code: str) -> str:
    return keyed_hash(f"{name}:{code}", "lookup-code")
