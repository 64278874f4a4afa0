"""What applicants see and do on their pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from logistics.certificates.states import CertificateState
from logistics.licensing import selectors, services
from logistics.licensing.kinds import KINDS
from logistics.licensing.models import Application
from logistics.licensing.states import ApplicationState
from members.access.states import Role
from tests.licensing.conftest import NOW, credit_code, enterprise_form, id_number
from tests.personas import make_persona

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


def page(who, path: str, status: int = 200) -> str:
    answer = who.client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def save(who, row, *, only: str = "", **fields):
    path = f"/apply/{row.pk}/save/"
    return who.client.post(path, {"_only": only or " ".join(fields), **fields}, headers=JSON)


def begun(who, kind: str = "enterprise", **more) -> Application:
    answer = who.client.post("/apply/start/", {"kind": kind, "purpose": "new", **more})
    assert answer.status_code == 302, answer.content.decode()[:500]
    return Application.objects.get(pk=answer["Location"].split("/")[2])


def test_everybody_reads_what_can_be_applied_for(anonymous, world):
    home = page(anonymous, "/apply/")
    for kind in KINDS.values():
        assert str(kind.label) in home
        one = page(anonymous, f"/apply/kinds/{kind.code}/")
        assert all(str(item.label) in one for item in (*kind.documents, *kind.checklist))
        assert f"/accounts/login/?next=/apply/kinds/{kind.code}/" in one
    page(anonymous, "/apply/kinds/aircraft/", 404)


def test_names_of_fields_and_papers_differ_within_a_kind(kind_code):
    """Remarks and problems are kept by name: one name stands for one place on the page."""
    kind = KINDS[kind_code]
    names = [*(field.name for field in kind.fields), *(item.code for item in kind.documents)]
    assert len(names) == len(set(names))


@pytest.fixture(params=list(KINDS))
def kind_code(request) -> str:
    return request.param


def test_the_form_asks_for_every_field_of_its_kind(kind_code, villager, world):
    row = begun(villager, kind_code)
    form = page(villager, f"/apply/{row.pk}/")
    for field in KINDS[kind_code].fields:
        assert f'name="{field.name}"' in form
        assert str(field.label) in form
    for item in KINDS[kind_code].documents:
        assert f'id="d-{item.code}"' in form


def test_what_is_typed_is_kept_right_or_wrong(villager, world):
    row = begun(villager)
    answer = save(villager, row, name="顺达", credit_code="91620825")
    assert answer.status_code == 200
    assert answer.json()["saved"] == f"{timezone.localtime():%H:%M}"
    assert "credit_code" in answer.json()["problems"]
    row.refresh_from_db()
    assert row.data == {"name": "顺达", "credit_code": "91620825"}
    save(villager, row, short_name="顺")
    row.refresh_from_db()
    assert row.data["name"] == "顺达", "what a page does not send stays"
    form = page(villager, f"/apply/{row.pk}/")
    assert 'value="91620825"' in form


def test_problems_are_shown_at_what_was_filled_in_only(villager, world):
    row = begun(villager)
    save(villager, row, credit_code="91620825")
    form = page(villager, f"/apply/{row.pk}/")
    assert form.count('aria-invalid="true"') == 1


def test_boxes_are_kept_and_cleared(villager, world):
    row = begun(villager, "station")
    save(villager, row, only="services", services=["pickup", "cold"])
    row.refresh_from_db()
    assert row.data["services"] == ["pickup", "cold"]
    save(villager, row, only="services")
    row.refresh_from_db()
    assert row.data["services"] == []


def test_without_a_script_the_whole_form_is_saved_by_a_button(villager, world):
    row = begun(villager)
    answer = villager.client.post(f"/apply/{row.pk}/save/", enterprise_form())
    assert (answer.status_code, answer["Location"]) == (302, f"/apply/{row.pk}/")
    assert "已保存。" in page(villager, f"/apply/{row.pk}/")
    row.refresh_from_db()
    assert row.data["name"] == enterprise_form()["name"]


def test_a_secret_is_kept_encrypted_and_shown_to_its_writer_only(villager, desk, county_official, world):
    number = id_number(7)
    row = begun(villager, "courier")
    save(villager, row, id_number=number)
    row.refresh_from_db()
    assert number not in str(row.data)
    form = page(villager, f"/apply/{row.pk}/")
    assert number in form
    assert "data-no-keep" in form.split('name="id_number"')[1].split(">")[0]
    sent = desk.submitted("courier", id_number=id_number(8))
    assert id_number(8) not in page(villager, f"/apply/{sent.pk}/"), "read again it is masked"
    assert id_number(8) not in page(county_official, f"/apply/{sent.pk}/")


def test_what_is_not_whole_comes_back_with_a_sentence_a_place(villager, world):
    row = begun(villager)
    answer = villager.client.post(f"/apply/{row.pk}/submit/", {"name": "顺达快递", "credit_code": "1"})
    form = answer.content.decode()
    assert answer.status_code == 400
    assert "还有栏目没有填好" in form
    assert 'href="#f-short_name"' in form
    assert 'href="#d-licence"' in form
    assert 'value="顺达快递"' in form, "nothing is lost"
    row.refresh_from_db()
    assert (row.state, row.data["name"]) == (ApplicationState.DRAFT, "顺达快递")


def test_the_way_from_form_to_certificate(villager, county_official, desk, world):
    row = desk.draft(name="空")
    answer = villager.client.post(f"/apply/{row.pk}/submit/", enterprise_form())
    assert answer.status_code == 302, answer.content.decode()[:800]
    row.refresh_from_db()
    assert row.state == ApplicationState.SUBMITTED
    frozen = page(villager, f"/apply/{row.pk}/")
    assert f"最迟 {row.due_on:%Y-%m-%d} 办结" in frozen
    assert "<input id=" not in frozen.split("<main")[1]
    late = save(villager, row, name="改名")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "application_under_review")
    desk.now = timezone.now()
    desk.claim(row)
    services.return_for_changes(
        application=row, revision=1, remarks={"address": "门牌号不全", "licence": "照片看不清", "": "请尽快"},
        actor=county_official.actor(), now=desk.now,
    )  # fmt: skip
    form = page(villager, f"/apply/{row.pk}/")
    assert 'id="f-address-remark"' in form
    assert "门牌号不全" in form.split('id="f-address-remark"')[1][:200]
    assert "照片看不清" in form.split('id="d-licence"')[1][:900]
    assert "请尽快" in form
    villager.client.post(f"/apply/{row.pk}/submit/", enterprise_form(address="水洛镇南大街 8 号附 1 号"))
    row.refresh_from_db()
    assert (row.state, row.revision) == (ApplicationState.SUBMITTED, 2)
    desk.now = timezone.now()
    row = desk.approve(desk.claim(row))
    done = page(villager, f"/apply/{row.pk}/")
    assert row.certificate.number in done
    assert [step.state for step in selectors.steps_of(application=row)] == [
        "submitted", "returned", "submitted", "approved",
    ]  # fmt: skip
    assert done.count("<li") >= 4


def test_a_refusal_says_why_and_what_next(villager, county_official, desk):
    row = desk.claimed()
    services.refuse(application=row, revision=1, why="不符合快递业务许可条件", actor=county_official.actor(), now=NOW)
    shown = page(villager, f"/apply/{row.pk}/")
    assert "不符合快递业务许可条件" in shown
    assert "/apply/kinds/enterprise/" in shown


def test_taking_back(villager, desk):
    row = desk.submitted()
    assert "撤回申请" in page(villager, f"/apply/{row.pk}/")
    assert villager.client.post(f"/apply/{row.pk}/withdraw/").status_code == 302
    row.refresh_from_db()
    assert row.state == ApplicationState.WITHDRAWN
    assert villager.client.post(f"/apply/{row.pk}/withdraw/").status_code == 409
    assert "撤回申请" not in page(villager, f"/apply/{row.pk}/")


def test_strangers_find_nothing(villager, keeper, county_official, neighbour_official, desk):
    draft, sent = desk.draft(), desk.submitted(credit_code=credit_code(2))
    for stranger in (keeper, neighbour_official):
        for row in (draft, sent):
            page(stranger, f"/apply/{row.pk}/", 404)
            assert save(stranger, row, name="x").status_code == 404
            assert stranger.client.post(f"/apply/{row.pk}/withdraw/").status_code == 404
            assert stranger.client.post(f"/apply/{row.pk}/submit/").status_code == 404
        assert draft.number not in page(stranger, "/apply/mine/")
    page(county_official, f"/apply/{draft.pk}/", 404)
    assert "撤回申请" not in page(county_official, f"/apply/{sent.pk}/")


def test_renewal_begins_from_the_certificate(villager, keeper, desk):
    row = desk.approved()
    number = row.certificate.number
    assert "续期" in page(villager, f"/apply/certificates/{number}/")
    page(keeper, f"/apply/certificates/{number}/", 404)
    page(villager, "/apply/certificates/C0000000/", 404)
    things = page(villager, "/apply/things/")
    assert number in things
    assert str(CertificateState.VALID.label) in things
    body = {"kind": "enterprise", "purpose": "change", "holder": str(row.holder)}
    answer = villager.client.post("/apply/start/", body)
    change = Application.objects.get(pk=answer["Location"].split("/")[2])
    assert (change.purpose, change.holder) == ("change", row.holder)
    assert enterprise_form()["name"] in page(villager, f"/apply/{change.pk}/")
    assert f"/apply/{change.pk}/" in page(villager, f"/apply/certificates/{number}/"), "one is open already"
    again = villager.client.post("/apply/start/", body)
    assert again.status_code == 409
    assert keeper.client.post("/apply/start/", body).status_code == 403


def test_whoever_opened_a_station_has_its_certificate(villager, keeper, desk):
    row = desk.approved("station")
    number = row.certificate.number
    assert villager.client.get(f"/certificates/{number}/pdf/").status_code == 200
    assert number in page(villager, "/certificates/")
    assert "续期" in page(villager, f"/apply/certificates/{number}/")
    for path in (f"/certificates/{number}/pdf/", f"/apply/certificates/{number}/"):
        page(keeper, path, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "aircraft", "purpose": "new"},
        {"kind": "vehicle", "purpose": "gift"},
        {"kind": "vehicle", "purpose": "new", "enterprise": "zto"},
        {"kind": "vehicle", "purpose": "renewal", "holder": "1'"},
        {},
    ],
)
def test_a_start_that_makes_no_sense_makes_nothing(villager, world, body):
    assert villager.client.post("/apply/start/", body).status_code in (400, 403, 404)
    assert not Application.objects.exists()


def test_an_unknown_field_does_no_harm(villager, world):
    row = begun(villager)
    assert save(villager, row, only="name state applicant", name="顺达", state="approved").status_code == 200
    row.refresh_from_db()
    assert (row.state, row.data) == (ApplicationState.DRAFT, {"name": "顺达"})


def test_lists_ask_the_database_as_often_for_many_as_for_few(villager, desk, world):
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(villager, path)
        return len(queries)

    desk.approved(credit_code=credit_code(1))
    page(villager, "/apply/")  # what every person's first page asks
    before = [asked(path) for path in ("/apply/", "/apply/mine/", "/apply/things/")]
    for number in range(2, 6):
        desk.draft(credit_code=credit_code(number))
    desk.approved("vehicle")
    after = [asked(path) for path in ("/apply/", "/apply/mine/", "/apply/things/")]
    assert after[:2] == before[:2]
    assert after[2] <= before[2] + 2, "two more for the first vehicle: its certificates, its applications"


def test_the_form_needs_few_queries(villager, world, desk):
    row = desk.draft("station")
    page(villager, f"/apply/{row.pk}/")
    with CaptureQueriesContext(connection) as queries:
        page(villager, f"/apply/{row.pk}/")
    assert len(queries) <= 15


def test_a_colleague_goes_on_where_the_first_stopped(desk, world, enterprise_admin):
    row = desk.draft("vehicle", by=enterprise_admin, enterprise=world.carrier)
    colleague = make_persona(1931, "接班", Role.ENTERPRISE_ADMIN, world.carrier)
    assert save(colleague, row, brand="江铃").status_code == 200
    row.refresh_from_db()
    assert row.data["brand"] == "江铃"
