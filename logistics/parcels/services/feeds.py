"""Setting up the feeds by which carriers push to us. Key and salt are shown once, when they are made."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import CarrierFeed
from logistics.parcels.selectors_imports import visible_feeds
from logistics.parcels.services.sources import feed_source
from logistics.registry.models import Enterprise
from logistics.registry.states import EnterpriseKind
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, Forbidden, NotFound


class NotACarrier(BadInput):
    code = "not_a_carrier"
    message = _("所选企业不是快递企业。")
    hint = _("请选择快递企业，或留空以接收快递100的多企业推送。")


class FeedExists(Conflict):
    code = "feed_exists"
    message = _("已经有这个接入。")
    hint = _("请使用现有接入；密钥遗失时请更换。")


class SaltNeeded(BadInput):
    code = "salt_needed"
    message = _("接收多家企业的接入必须使用签名盐。")
    hint = _("没有盐时，知道推送地址的人就能代任何企业写入轨迹。请保留签名盐，或改为按企业分别接入。")


@dataclass(frozen=True, slots=True)
class FeedSecrets:
    """To be shown once to whoever set the feed up. `salt` may be empty: kuaidi100 signs then too."""

    feed: CarrierFeed
    key: str
    salt: str


def create_feed(
    *, enterprise: Enterprise | None, actor: Actor, now: dt.datetime, with_salt: bool = True, why: str = ""
) -> FeedSecrets:
    """A feed of one carrier, or (None) of kuaidi100 for all of them.

    Raises Forbidden without FEED_MANAGE, NotFound for an enterprise outside the scope, NotACarrier, FeedExists,
    SaltNeeded.
    """
    _require_scope(actor, enterprise)
    if enterprise is not None and enterprise.kind != EnterpriseKind.CARRIER:
        raise NotACarrier()
    _require_salt(enterprise, with_salt)
    salt = _new_salt() if with_salt else ""
    try:
        with transaction.atomic():
            feed = CarrierFeed.objects.create(
                enterprise=enterprise,
                source=feed_source(enterprise=enterprise, now=now),
                key=secrets.token_urlsafe(24),
                salt=salt,
                created_at=now,
            )
            record(actor=actor, now=now, action="feed.created", target=feed, after=_told(feed), why=why)
    except IntegrityError:
        raise FeedExists() from None
    return FeedSecrets(feed, feed.key, salt)


@transaction.atomic
def rotate_secrets(
    *, feed_id: int, actor: Actor, now: dt.datetime, key: bool = False, with_salt: bool = True, why: str = ""
) -> FeedSecrets:
    """A new salt (none with `with_salt=False`), and with `key` a new address too. The old ones end at once.

    Raises Forbidden without FEED_MANAGE, NotFound outside the scope, SaltNeeded.
    """
    feed = _locked(actor, feed_id)
    _require_salt(feed.enterprise, with_salt)
    before = _told(feed)
    feed.salt = _new_salt() if with_salt else ""
    if key:
        feed.key = secrets.token_urlsafe(24)
    feed.save(update_fields=["salt", "key"])
    after = _told(feed) | {"salt": "changed", "key": "changed" if key else "kept"}
    record(actor=actor, now=now, action="feed.rotated", target=feed, before=before, after=after, why=why)
    return FeedSecrets(feed, feed.key, feed.salt)


@transaction.atomic
def switch_feed(*, feed_id: int, enabled: bool, actor: Actor, now: dt.datetime, why: str = "") -> CarrierFeed:
    """Switch a feed on or off; off, its pushes are answered like a wrong signature."""
    feed = _locked(actor, feed_id)
    if feed.enabled != enabled:
        before = _told(feed)
        feed.enabled = enabled
        feed.save(update_fields=["enabled"])
        record(actor=actor, now=now, action="feed.switched", target=feed, before=before, after=_told(feed), why=why)
    return feed


def _require_salt(enterprise: Enterprise | None, with_salt: bool) -> None:
    if enterprise is None and not with_salt:
        raise SaltNeeded()


def _new_salt() -> str:
    return secrets.token_hex(16)


def _told(feed: CarrierFeed) -> dict:
    """What the audit trail may know: never key or salt."""
    return {
        "enterprise": feed.enterprise.code if feed.enterprise else "",
        "enabled": feed.enabled,
        "salted": bool(feed.salt),
    }


def _locked(actor: Actor, feed_id: int) -> CarrierFeed:
    demand(actor).require(Permission.FEED_MANAGE)
    feed = visible_feeds(actor=actor).filter(pk=feed_id).select_for_update(of=("self",)).first()
    if feed is None:
        raise NotFound()
    return feed


def _require_scope(actor: Actor, enterprise: Enterprise | None) -> None:
    demand(actor).require(Permission.FEED_MANAGE)
    scope = actor.scope(Permission.FEED_MANAGE)
    if enterprise is None:
        if not (scope.everything or scope.divisions):
            raise Forbidden()
    elif not (enterprise.pk in scope.enterprises or scope.covers_division(enterprise.division_id)):
        raise NotFound()
