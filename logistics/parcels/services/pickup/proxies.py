"""A person whom the recipient names to collect one parcel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.models import Parcel, PickupProxy
from logistics.parcels.services.guards import is_own, lock_one, reaches, require_open
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.core.phones import to_e164

NAME_LENGTH = 60


class ProxyName(BadInput):
    code = "proxy_name"
    message = _("请填写代收人的姓名，最多 60 个字。")
    hint = _("代收人取件时要报姓名，请写全名。")


class NoProxy(Conflict):
    code = "no_proxy"
    message = _("没有可以撤回的代收人。")
    hint = _("请刷新后查看。")


@transaction.atomic
def name_proxy(*, parcel: Parcel, name: str, phone: str, actor: Actor, now: dt.datetime) -> PickupProxy:
    """The recipient names who may collect the parcel; a new name takes the place of the one before.

    By the recipient, or by a keeper with CONSENT_RECORD to whom they said so. Raises ProxyName, BadInput for the
    phone, ParcelClosed, ParcelNotFound outside the actor's reach.
    """
    _require_say(actor, parcel)
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise ProxyName()
    phone = to_e164(phone)
    require_open([lock_one(parcel)])
    live = PickupProxy.objects.filter(parcel=parcel, withdrawn_at=None).first()
    if live is not None and (live.name, live.phone) == (name, phone):
        return live
    if live is not None:
        _withdraw(live, now)
    proxy = PickupProxy.objects.create(parcel=parcel, name=name, phone=phone, named_at=now, named_by=actor.id)
    before = {"proxy": live.pk} if live is not None else None
    record(actor=actor, now=now, action="proxy.named", target=parcel, before=before, after={"proxy": proxy.pk})
    return proxy


@transaction.atomic
def name_proxies(
    *, parcels: Sequence[Parcel], name: str, phone: str, actor: Actor, now: dt.datetime
) -> list[PickupProxy]:
    """One person for several parcels: all of them or none. Raises as name_proxy."""
    # In one order, so that two such requests wait for each other instead of locking each other out.
    ordered = sorted(parcels, key=lambda parcel: parcel.pk)
    return [name_proxy(parcel=parcel, name=name, phone=phone, actor=actor, now=now) for parcel in ordered]


@transaction.atomic
def withdraw_proxy(*, parcel: Parcel, actor: Actor, now: dt.datetime) -> PickupProxy:
    """The recipient takes the naming back. Raises NoProxy when nobody is named, ParcelClosed after pickup."""
    _require_say(actor, parcel)
    require_open([lock_one(parcel)])
    live = PickupProxy.objects.filter(parcel=parcel, withdrawn_at=None).first()
    if live is None:
        raise NoProxy()
    _withdraw(live, now)
    record(actor=actor, now=now, action="proxy.withdrawn", target=parcel, before={"proxy": live.pk})
    return live


def _withdraw(proxy: PickupProxy, now: dt.datetime) -> None:
    proxy.withdrawn_at = now
    proxy.save(update_fields=["withdrawn_at"])


def _require_say(actor: Actor, parcel: Parcel) -> None:
    if is_own(actor=actor, parcel=parcel):
        return
    if not reaches(actor=actor, permission=Permission.CONSENT_RECORD, parcel=parcel):
        raise ParcelNotFound()
