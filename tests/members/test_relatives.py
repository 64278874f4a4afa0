"""A relative acts for a villager who agrees; either side ends it."""

import contextlib
import datetime as dt
import re

import pytest
from django.utils import timezone

from members.access.states import Permission
from members.accounts.models import Relation, User
from members.accounts.services import agree, agree_by_code, ask, end
from members.accounts.services.relations import AlreadyAgreed, CodeWrong, Yourself
from portal.audit.models import AuditEntry
from portal.core.errors import BadInput, NotFound, TooMany
from portal.core.phones import readable
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
GRANDMOTHER = "+8613800132222"  # has a phone and no account
PAGE = "/my/relatives/"


@pytest.fixture
def helper(db):
    return make_persona(3001, "王小红")


def code_sent_to(phone):
    return re.search(r"验证码(\d{6})", text_of(Message.objects.filter(recipient=phone).latest("created_at"))).group(1)


def phones(persona):
    return persona.actor().scope(Permission.OWN_PARCELS).phones


def only_relation():
    return Relation.objects.get()


def test_agreed_by_login(helper, villager):
    ask(actor=helper.actor(), phone=villager.user.phone, now=NOW)
    assert villager.user.phone not in phones(helper)
    agree(actor=villager.actor(), relation_id=only_relation().pk, now=NOW)
    assert phones(helper) == {helper.user.phone, villager.user.phone}
    assert phones(villager) == {villager.user.phone}  # one way only


def test_agreed_by_the_code_told_to_the_relative(helper, villager):
    ask(actor=helper.actor(), phone="138 0933 1001", now=NOW)
    agree_by_code(actor=helper.actor(), phone=villager.user.phone, code=code_sent_to(villager.user.phone), now=NOW)
    assert villager.user.phone in phones(helper)


def test_villager_without_account_agrees_by_code(helper):
    ask(actor=helper.actor(), phone=GRANDMOTHER, now=NOW)
    assert not User.objects.filter(phone=GRANDMOTHER).exists()
    agree_by_code(actor=helper.actor(), phone=GRANDMOTHER, code=code_sent_to(GRANDMOTHER), now=NOW)
    assert GRANDMOTHER in phones(helper)


def test_message_names_the_asker_masked_and_no_free_text(helper):
    User.objects.filter(pk=helper.user.pk).update(name="点击 evil.example 领奖")
    ask(actor=helper.actor(), phone=GRANDMOTHER, now=NOW)
    text = text_of(Message.objects.get())
    assert "evil" not in text
    assert "尾号3001" in text


@pytest.mark.parametrize("side", ["helper", "villager"])
def test_either_side_ends_it_at_once(helper, villager, side):
    ask(actor=helper.actor(), phone=villager.user.phone, now=NOW)
    agree(actor=villager.actor(), relation_id=only_relation().pk, now=NOW)
    ender = {"helper": helper, "villager": villager}[side]
    for _time in range(2):
        end(actor=ender.actor(), relation_id=only_relation().pk, now=NOW)
    assert phones(helper) == {helper.user.phone}
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["relation.agreed", "relation.ended"]


def test_it_can_begin_again_after_an_end(helper, villager):
    for _time in range(2):
        ask(actor=helper.actor(), phone=villager.user.phone, now=NOW)
        relation = Relation.objects.get(ended_at__isnull=True)
        agree(actor=villager.actor(), relation_id=relation.pk, now=NOW)
        end(actor=villager.actor(), relation_id=relation.pk, now=NOW)
    assert Relation.objects.count() == 2


def test_nobody_else_agrees_or_ends(helper, villager, keeper):
    ask(actor=helper.actor(), phone=villager.user.phone, now=NOW)
    pk = only_relation().pk
    for stranger in (keeper, helper):
        with pytest.raises(NotFound):
            agree(actor=stranger.actor(), relation_id=pk, now=NOW)
    with pytest.raises(NotFound):
        end(actor=keeper.actor(), relation_id=pk, now=NOW)


def test_agreeing_twice_says_so(helper, villager):
    ask(actor=helper.actor(), phone=villager.user.phone, now=NOW)
    agree(actor=villager.actor(), relation_id=only_relation().pk, now=NOW)
    with pytest.raises(AlreadyAgreed):
        agree(actor=villager.actor(), relation_id=only_relation().pk, now=NOW)


def test_code_has_three_tries_and_works_once(helper):
    ask(actor=helper.actor(), phone=GRANDMOTHER, now=NOW)
    right = code_sent_to(GRANDMOTHER)
    for _try in range(3):
        with pytest.raises(CodeWrong):
            agree_by_code(actor=helper.actor(), phone=GRANDMOTHER, code="000000", now=NOW)
    with pytest.raises(CodeWrong):
        agree_by_code(actor=helper.actor(), phone=GRANDMOTHER, code=right, now=NOW)
    assert not Relation.objects.exists()


def test_code_of_one_asker_is_no_use_to_another(helper, keeper):
    ask(actor=helper.actor(), phone=GRANDMOTHER, now=NOW)
    with pytest.raises(CodeWrong):
        agree_by_code(actor=keeper.actor(), phone=GRANDMOTHER, code=code_sent_to(GRANDMOTHER), now=NOW)


def test_code_without_asking_is_wrong(helper):
    for code in ("", "000000"):
        with pytest.raises(CodeWrong):
            agree_by_code(actor=helper.actor(), phone=GRANDMOTHER, code=code, now=NOW)


def test_one_phone_is_not_flooded(helper, keeper, courier, villager):
    """One asker is stopped after three, and stops no other; all together send eight texts, then one an hour."""
    sent = 0
    for persona in (helper, keeper, courier):
        for _n in range(3):
            with contextlib.suppress(TooMany):
                ask(actor=persona.actor(), phone=GRANDMOTHER, now=NOW)
                sent += 1
        if persona is not courier:
            with pytest.raises(TooMany):
                ask(actor=persona.actor(), phone=GRANDMOTHER, now=NOW)
    assert sent == Message.objects.filter(recipient=GRANDMOTHER).count() == 8


def test_oneself_and_nonsense_are_refused(helper):
    with pytest.raises(Yourself):
        ask(actor=helper.actor(), phone=helper.user.phone, now=NOW)
    with pytest.raises(BadInput):
        ask(actor=helper.actor(), phone="not a phone", now=NOW)


def test_stopped_villager_is_not_acted_for(helper, villager):
    now = timezone.now()
    Relation.objects.create(principal=villager.user, helper=helper.user, asked_at=now, agreed_at=now)
    User.objects.filter(pk=villager.user.pk).update(is_active=False)
    assert phones(helper) == {helper.user.phone}


# -- page -----------------------------------------------------------------------------------------------
def test_page_from_asking_to_ending(helper, villager):
    helper.client.post(f"{PAGE}ask/", {"phone": "13809331001"})
    page = villager.client.get(PAGE).content.decode()
    assert "申请代您查件取件" in page
    villager.client.post(f"{PAGE}{only_relation().pk}/agree/")
    assert "您可以代 王小明" in helper.client.get(PAGE).content.decode()
    helper.client.post(f"{PAGE}{only_relation().pk}/end/")
    assert only_relation().ended_at


def test_page_takes_the_code(helper):
    helper.client.post(f"{PAGE}ask/", {"phone": GRANDMOTHER})
    wrong = helper.client.post(f"{PAGE}code/", {"code": "000000"})
    assert (wrong.status_code, "code" in wrong.context["code_form"].errors) == (400, True)
    helper.client.post(f"{PAGE}code/", {"code": code_sent_to(GRANDMOTHER)})
    assert GRANDMOTHER in phones(helper)


def test_asking_does_not_tell_whether_there_is_an_account(helper, villager):
    pages = []
    for phone in (villager.user.phone, GRANDMOTHER):
        answer = helper.client.post(f"{PAGE}ask/", {"phone": phone}, follow=True)
        text = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        pages.append(text.replace(phone, "PHONE").replace(readable(phone), "PHONE"))
    assert pages[0] == pages[1]


def test_page_refuses_nonsense_with_words(helper):
    answer = helper.client.post(f"{PAGE}ask/", {"phone": "12"})
    assert answer.status_code == 400
    assert "11 位手机号" in answer.content.decode()


def test_strangers_relation_answers_404(helper, villager, keeper):
    ask(actor=helper.actor(), phone=villager.user.phone, now=NOW)
    for verb in ("agree", "end"):
        assert keeper.client.post(f"{PAGE}{only_relation().pk}/{verb}/").status_code == 404
