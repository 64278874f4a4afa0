"""The officials' desk: the queue, the review of one, certificates and the measures taken on them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from logistics.certificates.models import Certificate, Measure
from logistics.licensing import services
from logistics.licensing.kinds import kind_of
from logistics.licensing.models import Application
from logistics.licensing.selectors_times import queue_of, times_of
from logistics.registry.models import Enterprise, Station
from tests.custody.conftest import Counter
from tests.licensing.conftest import Desk, credit_code

pytestmark = pytest.mark.django_db
LIST = "admin:licensing_application_changelist"


def page(row: Application, name: str = "change") -> str:
    return reverse(f"admin:licensing_application_{name}", args=[row.pk])


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def desk(villager, county_official, world) -> Desk:
    return Desk(villager, county_official, world, now=timezone.now())


@pytest.fixture
def application(desk) -> Application:
    return desk.submitted()


def post(official, row: Application, name: str, **form) -> str:
    answer = official.client.post(page(row, name), {"revision": row.revision} | form, follow=True)
    row.refresh_from_db()
    return text(answer)


def note_all(official, row: Application) -> None:
    items = ("licence_agrees", "permit_agrees", "mandate_agrees")
    post(official, row, "check", **{f"item-{item}": "yes" for item in items})


# -- the queue ----------------------------------------------------------------------------------------------
def test_the_queue_shows_what_waits_and_how_urgent_it_is(county_official, application):
    Application.objects.update(due_on=timezone.localdate() - dt.timedelta(days=2))
    shown = text(county_official.client.get(reverse(LIST), {"due": "late"}))
    assert application.number in shown
    assert "已超期 2 天" in shown
    assert application.number not in text(county_official.client.get(reverse(LIST), {"kind": "vehicle"}))


def test_the_queue_leaves_out_what_was_decided_unless_asked(county_official, application):
    Application.objects.filter(pk=application.pk).update(state="withdrawn")
    assert application.number not in text(county_official.client.get(reverse(LIST)))
    for asked in ({"due": "all"}, {"q": application.number}, {"state__exact": "withdrawn"}):
        assert application.number in text(county_official.client.get(reverse(LIST), asked)), asked


def test_the_queue_costs_the_same_however_long_it_is(county_official, desk, application):
    county_official.client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as one:
        county_official.client.get(reverse(LIST))
        needed = len(one)
    for number in (2, 3, 4):
        desk.submitted(credit_code=credit_code(number), name=f"庄浪县{number}号物流")
    with CaptureQueriesContext(connection) as four:
        county_official.client.get(reverse(LIST))
        assert len(four) == needed


def test_the_home_page_counts_the_queue(county_official, application):
    assert "认证审核" in text(county_official.client.get(reverse("admin:index")))


def test_the_map_shows_who_may_work_and_who_wants_to(county_official, neighbour_official, desk, world):
    wanted = desk.submitted("station")
    Station.objects.filter(pk=world.village.pk).update(certified_until=timezone.localdate() - dt.timedelta(days=1))
    shown = text(county_official.client.get(reverse("admin:review_map")))
    assert "证书已到期" in shown
    assert f"待审核：{wanted.number}" in shown
    assert wanted.number not in text(neighbour_official.client.get(reverse("admin:review_map")))


@pytest.mark.parametrize("who", ["neighbour_official", "villager"])
def test_others_find_no_such_application(request, who, application):
    answer = request.getfixturevalue(who).client.get(page(application))
    assert answer.status_code in (302, 404)  # to the login of officials, or none


# -- the review of one ------------------------------------------------------------------------------------------
def test_personal_fields_are_masked_until_the_review_is_claimed(county_official, application):
    shown = text(county_official.client.get(page(application)))
    assert "13809330001" not in shown
    assert "庄浪县顺达快递有限公司" in shown
    shown = post(county_official, application, "claim")
    assert "13809330001" in shown


def test_an_application_is_returned_with_a_remark_beside_the_field(county_official, application):
    post(county_official, application, "claim")
    shown = post(county_official, application, "return", **{"remark-address": "请写到门牌号"})
    assert application.state == "returned"
    assert "请写到门牌号" in shown


def test_nothing_is_approved_before_every_item_was_checked(county_official, application):
    post(county_official, application, "claim")
    shown = post(county_official, application, "approve")
    assert application.state == "submitted"
    assert "还不能通过" in shown


def test_an_approved_application_brings_the_certificate(county_official, application):
    post(county_official, application, "claim")
    note_all(county_official, application)
    post(county_official, application, "approve")
    assert application.state == "approved"
    assert Enterprise.objects.get(credit_code=credit_code()).certified_until == application.certificate.valid_until


def filled(application, **more) -> dict[str, str]:
    """What the page's one form sends, whichever button is pressed."""
    items = [item.code for item in kind_of(application.kind).checklist if not item.automatic]
    return {"revision": str(application.revision)} | {f"item-{code}": "yes" for code in items} | more


def test_every_button_keeps_what_was_ticked_and_written(county_official, application):
    post(county_official, application, "claim")
    shown = post(county_official, application, "check", **filled(application, **{"remark-address": "请写到门牌号"}))
    assert ">请写到门牌号</textarea>" in shown
    shown = post(
        county_official, application, "refuse", **filled(application, why=" ", **{"remark-name": "与执照不同"})
    )
    assert application.state == "submitted"
    assert ">与执照不同</textarea>" in shown
    post(county_official, application, "approve", **filled(application))
    assert application.state == "approved"  # the ticks that were made just now count
    assert not application.remarks.exists()


def test_while_one_works_the_page_saves_by_itself(county_official, application):
    post(county_official, application, "claim")
    where = reverse("admin:licensing_application_check", args=[application.pk])
    content = filled(application, **{"remark-": "整体不错"})
    answer = county_official.client.post(where, content, headers={"X-Autosave": "1"})
    assert (answer.status_code, "saved" in answer.json()) == (200, True)
    assert ">整体不错</textarea>" in text(county_official.client.get(page(application)))
    late = county_official.client.post(where, content | {"revision": "0"}, headers={"X-Autosave": "1"})
    assert late.status_code == 409
    assert "整体不错" in text(county_official.client.get(page(application)))


def test_drafts_are_the_reviewers_and_last_remarks_stay_beside_the_field(
    county_official, administrator, application, desk
):
    post(county_official, application, "claim")
    post(county_official, application, "check", **filled(application, **{"remark-address": "还没想好怎么写"}))
    own = reverse("apply_form", args=[application.pk])
    assert "还没想好怎么写" not in text(desk.applicant.client.get(own))
    assert "还没想好怎么写" not in text(administrator.client.get(page(application)))
    assert county_official.user.name in text(administrator.client.get(page(application)))
    post(county_official, application, "return", **filled(application, **{"remark-address": "请写到门牌号"}))
    assert "请写到门牌号" in text(desk.applicant.client.get(own))
    desk.now = timezone.now()
    services.submit(application=application, actor=desk.applicant.actor(), now=desk.now, although_same=True)
    application.refresh_from_db()
    post(county_official, application, "claim")
    shown = text(county_official.client.get(page(application)))
    assert "上次意见：请写到门牌号" in shown
    assert ">请写到门牌号</textarea>" not in shown


def test_a_refusal_says_why(county_official, application):
    post(county_official, application, "claim")
    assert "不通过的理由" in post(county_official, application, "refuse", why="经营许可证与企业不符。")
    assert application.state == "refused"


def test_a_colleague_s_claim_is_respected(county_official, administrator, application):
    post(administrator, application, "claim")
    shown = post(county_official, application, "refuse", why="抢先")
    assert f"{administrator.user.name}正在审核这份申请" in shown
    assert application.state == "submitted"


def test_a_decision_on_an_older_submission_is_not_taken(county_official, application):
    post(county_official, application, "claim")
    note_all(county_official, application)
    shown = post(county_official, application, "approve", revision="0")
    assert "您看到的是旧内容" in shown
    assert application.state == "submitted"


def test_a_look_alike_is_shown(county_official, application, world):
    Enterprise.objects.filter(pk=world.carrier.pk).update(credit_code=credit_code())
    assert "统一社会信用代码相同" in text(county_official.client.get(page(application)))


# -- figures ------------------------------------------------------------------------------------------------------
def test_processing_times_are_counted_by_kind_month_and_township(county_official, application):
    moment = timezone.now()
    Application.objects.filter(pk=application.pk).update(submitted_at=moment - dt.timedelta(days=4))
    post(county_official, application, "claim")
    post(county_official, application, "refuse", why="不符。")
    (row,) = times_of(actor=county_official.actor(), since=moment - dt.timedelta(days=30), by="kind")
    assert (row.group, row.count, row.in_time) == ("enterprise", 1, 1.0)
    assert row.median == pytest.approx(4, abs=0.1)
    assert "企业认证" in text(county_official.client.get(reverse("admin:review_times")))


def test_the_neighbour_counts_nothing_of_ours(neighbour_official, application):
    assert queue_of(actor=neighbour_official.actor(), now=timezone.now()).waiting == 0


# -- certificates ---------------------------------------------------------------------------------------------------
@pytest.fixture
def certificate(county_official, application) -> Certificate:
    post(county_official, application, "claim")
    note_all(county_official, application)
    post(county_official, application, "approve")
    return application.certificate


def act(official, certificate: Certificate, name: str, **form) -> str:
    where = reverse(f"admin:certificates_certificate_{name}", args=[certificate.pk])
    answer = official.client.post(where, form, follow=True)
    certificate.refresh_from_db()
    return text(answer)


def test_a_certificate_is_suspended_and_reinstated_with_a_reason(county_official, certificate):
    act(county_official, certificate, "measure", act="suspend", why="消防整改")
    assert certificate.state == "suspended"
    assert Enterprise.objects.get(pk=certificate.holder).state == "suspended"
    act(county_official, certificate, "measure", act="reinstate", why="整改完成")
    assert certificate.state == "valid"


def test_a_measure_without_a_reason_is_not_taken(county_official, certificate):
    act(county_official, certificate, "measure", act="suspend", why=" ")
    assert certificate.state == "valid"


def test_two_officials_revoke(county_official, administrator, certificate):
    act(county_official, certificate, "propose", why="伪造许可证")
    act(county_official, certificate, "decide", agreed="yes", why="同意")
    assert certificate.state == "valid"  # nobody decides on their own proposal
    act(administrator, certificate, "decide", agreed="yes", why="核实")
    assert certificate.state == "revoked"
    assert Measure.objects.get(certificate=certificate).state == "done"


def test_a_disagreement_leaves_the_certificate_valid(county_official, administrator, certificate):
    act(county_official, certificate, "propose", why="疑似伪造")
    act(administrator, certificate, "decide", agreed="no", why="证据不足")
    assert certificate.state == "valid"


def test_the_neighbour_county_finds_no_certificate_of_ours(neighbour_official, certificate):
    where = reverse("admin:certificates_certificate_change", args=[certificate.pk])
    assert neighbour_official.client.get(where).status_code == 404


# -- acts with consequences ------------------------------------------------------------------------------------------
def ask(official, certificate, name: str = "measure", **query):
    return official.client.get(reverse(f"admin:certificates_certificate_{name}", args=[certificate.pk]), query)


@pytest.mark.parametrize(("act_code", "word"), [("suspend", "可以恢复"), ("cancel", "不能恢复")])
def test_what_would_stop_is_told_before_it_does(county_official, certificate, world, keeper, act_code, word):
    firm = Enterprise.objects.get(pk=certificate.holder)
    Station.objects.filter(pk=world.village.pk).update(operator=firm)
    counter = Counter(world)
    counter.waiting(keeper, now=timezone.now())
    coming = counter.parcel()
    counter.scan(coming, "AT_COUNTY", hours=1)
    shown = text(ask(county_official, certificate, act=act_code))
    assert certificate.holder_name in shown
    assert f"1 个站点停止收件：{world.village.name}" in shown
    assert "货架上 1 件照常取" in shown
    assert "路上 1 件要改送" in shown
    assert word in shown
    certificate.refresh_from_db()
    assert certificate.state == "valid"


def test_a_refused_act_keeps_what_was_typed(county_official, certificate):
    where = reverse("admin:certificates_certificate_measure", args=[certificate.pk])
    answer = county_official.client.post(where, {"act": "suspend", "why": "字" * 201})
    assert answer.status_code == 400
    assert "字" * 201 in text(answer)
    assert certificate.measures.count() == 0


def test_what_is_not_to_be_done_now_is_not_asked_about(county_official, certificate):
    for act_code in ("reinstate", "revoke", "nonsense", ""):
        assert ask(county_official, certificate, act=act_code).status_code == 302
    assert ask(county_official, certificate, "propose").status_code == 200


def test_a_proposal_waits_on_the_home_of_colleagues_and_can_be_withdrawn(county_official, administrator, certificate):
    act(county_official, certificate, "propose", why="伪造许可证")
    home = text(administrator.client.get("/admin/"))
    assert "撤销证书，等您复核" in home
    link = reverse("admin:certificates_certificate_changelist") + "?asked=mine"
    assert link in home
    assert administrator.client.get(link).context["cl"].result_count == 1
    assert "撤销证书，等您复核" not in text(county_official.client.get("/admin/"))  # nobody decides on their own
    assert county_official.client.get(link).context["cl"].result_count == 0
    assert "只有提出人可以撤回" in act(administrator, certificate, "withdraw")
    assert "已撤回" in act(county_official, certificate, "withdraw")
    assert Measure.objects.get(certificate=certificate).state == "withdrawn"
    assert "没有等待复核" in act(administrator, certificate, "decide", agreed="yes", why="核实")
    assert certificate.state == "valid"
    act(county_official, certificate, "propose", why="又查到了")  # and proposed anew
    assert Measure.objects.filter(certificate=certificate, state="proposed").count() == 1
