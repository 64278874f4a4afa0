"""The recipient's own page: by code, by link, by login. Nobody else gets there."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from logistics.parcels.models import Consent, PickupProxy
from logistics.parcels.services.pickup import make_link_token
from members.accounts.models import Relation
from portal.notify.models import Message
from portal.public import limits, proofs
from tests.personas import make_persona
from tests.public.conftest import DIGITS, SENDER

pytestmark = pytest.mark.django_db


def ask_code(client, parcel, digits=DIGITS):
    return client.post("/code/", {"number": parcel.waybill, "digits": digits})


def sent_code():
    from portal.notify.services import text_of

    text = text_of(Message.objects.filter(template="lookup_code").latest("created_at"))
    return "".join(c for c in text.split("验证码")[1][:6])


def by_code(client, parcel):
    ask_code(client, parcel)
    return client.post("/code/confirm/", {"code": sent_code()})


def test_code_opens(visitor, desk):
    parcel = desk.waiting()
    answer = by_code(visitor, parcel)
    assert answer.url == f"/p/{parcel.waybill}"
    text = visitor.get(answer.url).content.decode()
    code = parcel.pickup_code.code
    assert f"{code[:3]} {code[3:]}" in text
    for told in ("A-7", "0933-6620000", "何马村委会1号"):
        assert told in text
    for hidden in ("王小明", "13809331001", SENDER, "何马三社12号", "马站长"):
        assert hidden not in text


def test_code_goes_to_the_recipient_also_with_the_senders_digits(visitor, desk):
    ask_code(visitor, desk.waiting(), "2222")
    assert Message.objects.get(template="lookup_code").recipient == "+8613809331001"


def test_wrong_digits_send_nothing(visitor, desk):
    assert ask_code(visitor, desk.waiting(), "9999").status_code == 400
    assert not Message.objects.filter(template="lookup_code").exists()


def test_codes_are_not_sent_in_a_row(visitor, browser_of, desk):
    parcel = desk.waiting()
    for n in range(limits.CODES.subject.free):
        ask_code(browser_of(f"10.1.2.{n}"), parcel)
    answer = ask_code(browser_of("10.1.1.2"), parcel)
    assert answer.status_code == 429
    assert "刚为这个包裹发过验证码" in answer.content.decode()
    assert 'action="/code/"' in answer.content.decode()  # the work goes back to where the code is asked for
    assert Message.objects.filter(template="lookup_code").count() == limits.CODES.subject.free


def test_proofs_renew_the_session(visitor, desk):
    """Who planted a session in this browser beforehand does not see what the code opens."""
    parcel = desk.waiting()
    ask_code(visitor, parcel)
    planted = visitor.cookies["sessionid"].value
    visitor.post("/code/confirm/", {"code": sent_code()})
    assert visitor.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(f"/p/{parcel.waybill}").status_code == 302


def test_code_is_good_for_five_tries(visitor, desk):
    ask_code(visitor, desk.waiting())
    code = sent_code()
    wrong = "000000" if code != "000000" else "111111"
    for _n in range(limits.CODE_TRIES.tries):
        assert visitor.post("/code/confirm/", {"code": wrong}).status_code == 400
    assert visitor.post("/code/confirm/", {"code": code}).status_code == 400


def test_code_of_another_browser_is_worth_nothing(visitor, browser_of, desk):
    ask_code(visitor, desk.waiting())
    assert browser_of("10.1.1.2").post("/code/confirm/", {"code": sent_code()}).status_code == 400


def test_code_opens_for_a_quarter_of_an_hour(visitor, desk, monkeypatch):
    parcel = desk.waiting()
    by_code(visitor, parcel)
    later = timezone.now() + proofs.OPEN_FOR + dt.timedelta(seconds=1)
    monkeypatch.setattr("portal.public.views.opened.now", lambda: later)
    answer = visitor.get(f"/p/{parcel.waybill}")
    assert answer.url == f"/t/{parcel.waybill}"


def test_code_runs_out(visitor, desk, monkeypatch):
    ask_code(visitor, desk.waiting())
    code = sent_code()
    later = timezone.now() + dt.timedelta(minutes=proofs.CODE_MINUTES, seconds=1)
    monkeypatch.setattr("portal.public.views.opened.now", lambda: later)
    assert visitor.post("/code/confirm/", {"code": code}).status_code == 400


def test_code_opens_that_parcel_only(visitor, desk):
    parcel, other = desk.waiting(), desk.waiting()
    by_code(visitor, parcel)
    assert visitor.get(f"/p/{other.waybill}").url == f"/t/{other.waybill}"


def test_link_opens_until_pickup(visitor, desk, world):
    parcel = desk.waiting()
    link = f"/l/{make_link_token(parcel=parcel, now=timezone.now())}"
    answer = visitor.get(link)
    assert answer.url == f"/p/{parcel.waybill}"
    assert answer["Cache-Control"] == "no-store"
    assert "取件码" in visitor.get(answer.url).content.decode()
    desk.scan(parcel, "DELIVERED", 0, world.village.code, variant="SELF")
    assert visitor.get(link).status_code == 404


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t[::-1], lambda t: "1-1~" + t.split("~")[1], lambda t: "x"]
)
def test_spoiled_link_opens_nothing(visitor, desk, spoil):
    parcel = desk.waiting()
    answer = visitor.get(f"/l/{spoil(make_link_token(parcel=parcel, now=timezone.now()))}")
    assert answer.status_code == 404
    assert visitor.get(f"/p/{parcel.waybill}").url == f"/t/{parcel.waybill}"


def test_old_link_is_dead(visitor, desk):
    old = timezone.now() - dt.timedelta(days=90)
    assert visitor.get(f"/l/{make_link_token(parcel=desk.waiting(), now=old)}").status_code == 404


def test_login_opens_ones_own(villager, desk):
    parcel = desk.waiting()
    assert "取件码" in villager.client.get(f"/p/{parcel.waybill}").content.decode()


def test_login_of_others_gets_not_found(keeper_next_door, courier, desk):
    parcel = desk.waiting()
    for persona in (keeper_next_door, courier):
        assert persona.client.get(f"/p/{parcel.waybill}").status_code == 404
        assert persona.client.post(f"/p/{parcel.waybill}/consent", {"agree": "1"}).status_code == 404


def test_unknown_number_answers_a_stranger_like_a_known_one(visitor, desk):
    known = visitor.get(f"/p/{desk.waiting().waybill}")
    unknown = visitor.get("/p/XN0123456789AB")
    assert (known.status_code, unknown.status_code) == (302, 302)
    assert unknown.url == "/t/XN0123456789AB"


def test_sender_follows_and_decides_nothing(desk):
    sender = make_persona(2222, "钱寄件")
    parcel = desk.waiting(sender_phone=sender.user.phone)
    text = sender.client.get(f"/p/{parcel.waybill}").content.decode()
    assert "一路经过" in text
    assert parcel.pickup_code.code not in text.replace(" ", "")
    assert sender.client.post(f"/p/{parcel.waybill}/consent", {"agree": "1"}).status_code == 404


def test_consent_is_given_and_taken_back(visitor, desk):
    parcel = desk.travelled()
    by_code(visitor, parcel)
    visitor.post(f"/p/{parcel.waybill}/consent", {"agree": "1"})
    assert Consent.objects.get(parcel=parcel).withdrawn_at is None
    assert "您已同意" in visitor.get(f"/p/{parcel.waybill}").content.decode()
    visitor.post(f"/p/{parcel.waybill}/consent", {"agree": "0"})
    assert Consent.objects.get(parcel=parcel).withdrawn_at is not None


def test_proxy_is_named_masked_and_taken_back(villager, desk):
    parcel = desk.waiting()
    form = {"name": "李代取", "phone": "139 0000 5678"}
    assert villager.client.post(f"/p/{parcel.waybill}/proxy", form).status_code == 302
    assert PickupProxy.objects.get(parcel=parcel).phone == "+8613900005678"
    text = villager.client.get(f"/p/{parcel.waybill}").content.decode()
    assert "李**" in text
    assert "5678" not in text
    villager.client.post(f"/p/{parcel.waybill}/proxy", {"withdraw": "1"})
    assert PickupProxy.objects.get(parcel=parcel).withdrawn_at is not None


def test_bad_proxy_is_refused_on_the_page(villager, desk):
    parcel = desk.waiting()
    answer = villager.client.post(f"/p/{parcel.waybill}/proxy", {"name": "李代取", "phone": "12"})
    assert answer.status_code == 400
    assert "电话号码有误" in answer.content.decode()


def test_text_for_the_proxy(villager, desk):
    parcel = desk.waiting()
    code = parcel.pickup_code.code
    text = villager.client.get(f"/p/{parcel.waybill}").content.decode()
    assert f"尾号{parcel.carrier_number[-4:]}，取件码{code[:3]} {code[3:]}" in text


def test_acts_need_the_form_of_the_page(villager, desk):
    from django.test import Client

    parcel = desk.waiting()
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="127.0.0.1")
    strict.force_login(villager.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert strict.post(f"/p/{parcel.waybill}/consent", {"agree": "1"}).status_code == 403


def test_closed_thirty_days_ago_is_gone(villager, desk):
    assert villager.client.get(f"/p/{desk.ended(29).waybill}").status_code == 200
    assert villager.client.get(f"/p/{desk.ended(31).waybill}").status_code == 404


# -- my parcels --------------------------------------------------------------------------------------


def test_my_parcels_needs_login(visitor):
    assert visitor.get("/my/").url.startswith("/accounts/login/")


def test_my_parcels_lists_ones_own(villager, desk):
    mine, other = desk.waiting(), desk.travelled(recipient_phone="13800007777")
    text = villager.client.get("/my/").content.decode()
    assert mine.waybill in text
    assert other.waybill not in text
    code = mine.pickup_code.code
    assert f"{code[:3]} {code[3:]}" in text


def test_my_parcels_empty(villager):
    assert "现在没有包裹" in villager.client.get("/my/").content.decode()


def test_relatives_parcels_are_marked_and_end_with_the_relation(villager, desk):
    granny = make_persona(3003, "李奶奶")
    parcel = desk.waiting(recipient_name="李奶奶", recipient_phone=granny.user.phone)
    now = timezone.now()
    relation = Relation.objects.create(principal=granny.user, helper=villager.user, asked_at=now)
    assert parcel.waybill not in villager.client.get("/my/").content.decode()
    Relation.objects.filter(pk=relation.pk).update(agreed_at=now)
    text = villager.client.get("/my/").content.decode()
    assert parcel.waybill in text
    assert "亲属 李**" in text
    assert "取件码" in villager.client.get(f"/p/{parcel.waybill}").content.decode()
    Relation.objects.filter(pk=relation.pk).update(ended_at=now)
    assert villager.client.get(f"/p/{parcel.waybill}").status_code == 404


def test_my_parcels_pages_with_few_queries(villager, desk, django_assert_max_num_queries):
    for _n in range(32):
        desk.parcel()
    villager.client.get("/my/")
    with django_assert_max_num_queries(9):  # session, user, grants, waiting, others, contacts, codes, consent, messages
        first = villager.client.get("/my/").content.decode()
    assert first.count("<article") == 30
    older = first.split('rel="next" href="')[1].split('"')[0]
    assert villager.client.get(f"/my/{older}").content.decode().count("<article") == 2
    assert villager.client.get("/my/?before=nonsense").status_code == 200
