"""A relative acts for a villager: asked by the relative, agreed by the villager, ended by either.

The villager agrees in their own account, or by telling the relative a code that reached the villager's phone.
Nobody learns from asking whether a phone has an account: a code goes out either way.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from members.accounts.models import Relation, User
from members.accounts.phones import normalise_phone
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict, NotFound, SignInNeeded
from portal.core.fields import keyed_hash
from portal.core.ids import new_id
from portal.core.limits import Away, Limit
from portal.core.masking import mask_name
from portal.notify.services import send

CODE_MINUTES = 10
CODE_TRIES = 3
# Each counted by who asks, so that nobody uses up what another may ask; texts to one phone from all askers together
# are bounded last, and then the villager can still agree in their own account. Codes wait in the cache: 503 without.
ASKS_OF_HELPER = Limit("relation-helper", tries=5, every=4 * 3600, away=Away.REFUSE)
ASKS_OF_HELPER_TO_PHONE = Limit("relation-pair", tries=3, every=8 * 3600, away=Away.REFUSE)
TEXTS_TO_PHONE = Limit("relation-phone", tries=8, every=3600, away=Away.REFUSE)


class Yourself(BadInput):
    code = "yourself"
    message = _("这是您自己的手机号。")
    hint = _("请填写您要代办的亲属的手机号。")


class CodeWrong(BadInput):
    code = "code_wrong"
    message = _("验证码不对或已过期。")
    hint = _("请向亲属核对短信中的 6 位数字；错 3 次或超过 10 分钟需重新发送。")


class AlreadyAgreed(Conflict):
    code = "already_agreed"
    message = _("对方已经同意过了。")
    hint = _("可直接在“我的包裹”查看。")


def _own_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise SignInNeeded()
    return actor.user_id


@transaction.atomic
def ask(*, actor: Actor, phone: str, now: dt.datetime) -> str:
    """Ask to act for the person with `phone`; a code goes to that phone. Returns the phone in E.164.

    Raises BadInput (not a phone), Yourself, TooMany.
    """
    helper = User.objects.get(pk=_own_id(actor))
    phone = normalise_phone(phone)
    if phone == helper.phone:
        raise Yourself()
    for limit, who in (
        (ASKS_OF_HELPER, helper.pk),
        (ASKS_OF_HELPER_TO_PHONE, (helper.pk, phone)),
        (TEXTS_TO_PHONE, phone),
    ):
        limit.take(who)
    code = f"{secrets.randbelow(10**6):06d}"
    cache.set(_code_key(helper.pk, phone), _code_hash(code), CODE_MINUTES * 60)
    cache.set(_tries_key(helper.pk, phone), CODE_TRIES, CODE_MINUTES * 60)
    send(
        template="relation_code",
        recipient=phone,
        parameters={"code": code, "helper": _shown(helper), "minutes": CODE_MINUTES},
        dedupe_key=f"relation:{new_id()}",
        now=now,
        expires_at=now + dt.timedelta(minutes=CODE_MINUTES),
    )
    principal = User.objects.filter(phone=phone, is_active=True).first()
    if principal is not None:
        _open_relation(principal, helper, now)
    return phone


def _shown(helper: User) -> str:
    """How the villager recognises who asks, without a free text of the asker's choice in our message."""
    return f"{mask_name(helper.name)}(尾号{helper.phone[-4:]})"


def _open_relation(principal: User, helper: User, now: dt.datetime) -> Relation:
    """The open relation of the two, made when there is none. The unique constraint is the referee."""
    found = Relation.objects.filter(principal=principal, helper=helper, ended_at__isnull=True).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Relation.objects.create(principal=principal, helper=helper, asked_at=now)
    except IntegrityError:
        return Relation.objects.get(principal=principal, helper=helper, ended_at__isnull=True)


@transaction.atomic
def agree(*, actor: Actor, relation_id: int, now: dt.datetime) -> Relation:
    """The villager agrees in their own account. Raises NotFound for anybody else, AlreadyAgreed."""
    relation = _locked(relation_id)
    if relation is None or relation.principal_id != _own_id(actor):
        raise NotFound()
    if relation.agreed_at is not None:
        raise AlreadyAgreed()
    return _agreed(relation, actor, now, "login")


@transaction.atomic
def agree_by_code(*, actor: Actor, phone: str, code: str, now: dt.datetime) -> Relation:
    """The relative enters the code the villager told them. Three tries; the code works once.

    A villager without an account gets one, reachable by that phone. Raises CodeWrong, BadInput (not a phone).
    """
    helper = User.objects.get(pk=_own_id(actor))
    phone = normalise_phone(phone)
    _check_code(helper.pk, phone, code)
    principal = _person(phone)
    if not principal.is_active:
        raise CodeWrong()
    if not principal.phone_verified:
        User.objects.filter(pk=principal.pk).update(phone_verified=True)
    opened = _open_relation(principal, helper, now)
    relation = _locked(opened.pk) or opened
    return relation if relation.agreed_at else _agreed(relation, actor, now, "code")


def _person(phone: str) -> User:
    """The account of a phone that was just proved; made when there is none."""
    found = User.objects.filter(phone=phone).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(phone, phone_verified=True)
    except IntegrityError:  # made by another relative at the same moment
        return User.objects.get(phone=phone)


def _check_code(helper_id: int, phone: str, code: str) -> None:
    """Counts the try first; a right code is taken out of the cache, so that it can't be used twice."""
    expected, tries = cache.get(_code_key(helper_id, phone)), _tries_key(helper_id, phone)
    try:
        left = cache.decr(tries)
    except ValueError:
        left = -1
    right = constant_time_compare(expected or "", _code_hash(code.strip()))
    if left < 0 or not expected or not right or not cache.delete(_code_key(helper_id, phone)):
        raise CodeWrong()


def _agreed(relation: Relation, actor: Actor, now: dt.datetime, proof: str) -> Relation:
    relation.agreed_at = now
    relation.save(update_fields=["agreed_at"])
    _note(relation, actor, now, "relation.agreed", {"proof": proof})
    return relation


@transaction.atomic
def end(*, actor: Actor, relation_id: int, now: dt.datetime) -> Relation:
    """Either side ends it, at once; also a refusal of what was only asked. Ending twice changes nothing."""
    relation = _locked(relation_id)
    if relation is None or _own_id(actor) not in (relation.principal_id, relation.helper_id):
        raise NotFound()
    if relation.ended_at is None:
        relation.ended_at = now
        relation.save(update_fields=["ended_at"])
        _note(relation, actor, now, "relation.ended", {})
    return relation


def _locked(relation_id: int) -> Relation | None:
    return Relation.objects.select_for_update(of=("self",)).filter(pk=relation_id).first()


def _note(relation: Relation, actor: Actor, now: dt.datetime, action: str, extra: dict) -> None:
    after = {"principal": relation.principal_id, "helper": relation.helper_id, **extra}
    record(actor=actor, now=now, action=action, target=relation, after=after)


def _code_hash(code: str) -> str:
    return keyed_hash(code, "relation-code")


def _code_key(helper_id: int, phone: str) -> str:
    return f"relation:code:{keyed_hash(f'{helper_id}:{phone}', 'relation')[:32]}"


def _tries_key(helper_id: int, phone: str) -> str:
    return f"relation:tries:{keyed_hash(f'{helper_id}:{phone}', 'relation')[:32]}"
