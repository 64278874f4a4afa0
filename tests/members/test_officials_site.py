"""The officials' site: records of one's own area, declared doors, every change with its reason in the trail."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from logistics.registry.models import Station
from members.access.admin_base import ScopedAdmin, admin_action
from members.access.models import DivisionGrant
from members.access.states import Permission, Role
from members.devices.models import Device
from portal.audit.models import AuditEntry
from portal.audit.services import record
from portal.core.actor import system_actor
from portal.core.checks import admin_problems
from portal.notify.services import send
from tests.personas import hold

pytestmark = pytest.mark.django_db
STATIONS, DEVICES, GRANTS = "/admin/registry/station/", "/admin/devices/device/", "/admin/access/divisiongrant/"
AUDIT, PEOPLE, MESSAGES = "/admin/audit/auditentry/", "/admin/accounts/user/", "/admin/notify/message/"


def text(answer):
    return answer.content.decode()


def station_form(station, **changes):
    names = ("code", "name", "kind", "address", "hours", "capacity", "phone", "contact_name", "contact_phone")
    data = {name: getattr(station, name) for name in names}
    related = {"division": station.division_id, "parent": station.parent_id or "", "operator": ""}
    return {**data, **related, "longitude": "", "latitude": "", "reason": "核对后更正", **changes}


# -- who gets in ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["villager", "keeper", "courier", "enterprise_admin"])
def test_others_have_no_business_here(request, name):
    assert request.getfixturevalue(name).client.get("/admin/", follow=True).status_code == 403


def test_nobody_is_asked_to_log_in(client, db):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_official_without_second_factor_is_led_to_it(county_official):
    client = county_official.new_client(second_factor=False)
    answer = client.get(STATIONS, follow=True)
    assert "/accounts/" in answer.redirect_chain[-1][0]


@pytest.mark.parametrize("name", ["township_official", "county_official", "support", "administrator"])
def test_officials_get_in(request, name):
    assert request.getfixturevalue(name).client.get("/admin/").status_code == 200


def test_page_without_the_permission_is_closed(township_official, support):
    assert township_official.client.get(AUDIT).status_code == 403
    assert support.client.get(DEVICES).status_code == 403


def test_theme_search_across_scopes_is_closed(county_official):
    assert county_official.client.get("/admin/search/?s=x").status_code == 404


# -- records --------------------------------------------------------------------------------------------
def test_list_holds_the_own_area_only(county_official, township_official, neighbour_official, world):
    county, township = text(county_official.client.get(STATIONS)), text(township_official.client.get(STATIONS))
    assert world.far_village.name in county
    assert world.far_village.name not in township
    assert world.village.name in township
    assert world.village.name not in text(neighbour_official.client.get(STATIONS))


@pytest.mark.parametrize("verb", ["change", "delete", "history"])
def test_record_of_another_area_answers_404_like_one_that_never_was(neighbour_official, world, verb):
    foreign = neighbour_official.client.get(f"{STATIONS}{world.village.pk}/{verb}/")
    missing = neighbour_official.client.get(f"{STATIONS}999999/{verb}/")
    assert foreign.status_code == missing.status_code == 404


def test_foreign_record_can_not_be_posted_to(neighbour_official, world):
    answer = neighbour_official.client.post(
        f"{STATIONS}{world.village.pk}/change/", station_form(world.village, name="夺来")
    )
    assert answer.status_code == 404
    assert Station.objects.get(pk=world.village.pk).name == world.village.name


def test_viewer_can_not_change(township_official, world):
    page = f"{STATIONS}{world.village.pk}/change/"
    assert township_official.client.get(page).status_code == 200
    answer = township_official.client.post(page, station_form(world.village, name="改名"))
    assert answer.status_code == 403


# -- changes --------------------------------------------------------------------------------------------
def test_change_is_audited_with_before_after_and_reason(county_official, world):
    page = f"{STATIONS}{world.village.pk}/change/"
    answer = county_official.client.post(page, station_form(world.village, name="何马便民站"))
    assert answer.status_code == 302
    entry = AuditEntry.objects.get(action="station.changed")
    assert entry.before["name"] == world.village.name
    assert entry.after["name"] == "何马便民站"
    assert set(entry.after) <= {"name", "updated_at"}
    assert (entry.why, entry.actor) == ("核对后更正", county_official.actor().id)


def test_change_without_a_reason_is_refused(county_official, world):
    page = f"{STATIONS}{world.village.pk}/change/"
    answer = county_official.client.post(page, station_form(world.village, name="改名", reason=""))
    assert answer.status_code == 200
    assert Station.objects.get(pk=world.village.pk).name == world.village.name
    assert not AuditEntry.objects.exists()


def test_nobody_moves_a_record_out_of_the_own_area(county_official, world):
    page = f"{STATIONS}{world.village.pk}/change/"
    changed = station_form(world.village, division=world.neighbour_village_division.code)
    answer = county_official.client.post(page, changed)
    assert answer.status_code in (200, 403)  # not among the choices, or refused after writing
    assert Station.objects.get(pk=world.village.pk).division_id == world.village.division_id
    assert not AuditEntry.objects.exists()


def test_scope_is_checked_after_writing_too(county_official, world, rf):
    """Whatever form let it through: the row is read back through the scope, and the transaction ends."""
    page = StationLikeAdmin(Station, admin.site)
    request = rf.post("/")
    request.actor = county_official.actor()
    world.village.division = world.neighbour_village_division
    with pytest.raises(Exception, match="out_of_scope"):
        page.save_model(request, world.village, FormStub(), change=True)


class StationLikeAdmin(ScopedAdmin):
    access = {"view": Permission.STATION_VIEW, "add": None, "change": Permission.STATION_EDIT, "delete": None}
    scope_fields = {"divisions": "division__code"}


class FormStub:
    cleaned_data = {"reason": "x"}


# -- declared doors -------------------------------------------------------------------------------------
def test_side_doors_of_the_theme_do_not_load():
    with pytest.raises(TypeError, match="actions_detail"):
        type("Sneaky", (ScopedAdmin,), {"actions_detail": ["boom"]})


def test_undeclared_page_and_action_stop_the_start():
    class Undeclared(ScopedAdmin):
        __module__ = "logistics.registry.admin.new"
        actions = ["boom"]

        def boom(self, request, queryset):
            """An action without declared access."""

    problems = admin_problems(Station, Undeclared(Station, admin.site))
    assert any("`access` must name" in p for p in problems)
    assert any("'boom' declares no access" in p for p in problems)


def test_bulk_deletion_and_actions_of_others_are_not_offered(county_official, township_official, rf):
    class Page(StationLikeAdmin):
        access = StationLikeAdmin.access
        actions = ["work"]

        @admin_action(Permission.STATION_EDIT, description="办理")
        def work(self, request, queryset):
            """Declared for who edits stations."""

    page = Page(Station, admin.site)
    request = rf.get("/")
    request.actor = county_official.actor()
    assert set(page.get_actions(request)) == {"work"}
    request.actor = township_official.actor()
    assert set(page.get_actions(request)) == set()


# -- pages ----------------------------------------------------------------------------------------------
def test_terminal_is_issued_and_its_secret_shown_once(county_official, world):
    answer = county_official.client.post(
        f"{DEVICES}add/", {"name": "前台", "profile": "scanner", "place_code": world.village.code}
    )
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    code, secret = re.search(r"Authorization: Device ([0-9A-Z]+):([\w-]+)", text(answer)).groups()
    sent = Client().get("/api/v1/device/", headers={"Authorization": f"Device {code}:{secret}"})
    assert sent.status_code == 200
    page = text(county_official.client.get(f"{DEVICES}{Device.objects.get(code=code).pk}/change/"))
    assert secret not in page
    assert Device.objects.get(code=code).secret_hash not in page


@pytest.mark.parametrize("place", ["", "no-such", "zto", "jn-hub"])
def test_terminal_for_a_wrong_place_is_refused(county_official, world, place):
    county_official.client.post(f"{DEVICES}add/", {"name": "x", "profile": "scanner", "place_code": place})
    assert not Device.objects.exists()


def run_action(client, page, action, pk, reason="遗失"):
    return client.post(page, {"action": action, "_selected_action": [pk], "reason": reason})


def run_bulk(client, page, action, pk, reason="遗失"):
    """As run_action, for what is tried first: confirms the dry run that the action led to, if it led to one."""
    led_to = run_action(client, page, action, pk).headers.get("Location", "")
    return client.post(led_to.replace("/change/", "/confirm/"), {"reason": reason}) if "bulkrun" in led_to else None


def test_terminal_is_rotated_and_ended_with_a_reason(county_official, scanner):
    pk = scanner.device.pk
    assert run_action(county_official.client, DEVICES, "rotate", pk, "").status_code == 400
    assert "Authorization: Device" in text(run_action(county_official.client, DEVICES, "rotate", pk))
    run_bulk(county_official.client, DEVICES, "bulk_device_revoke", pk)
    assert Device.objects.get(pk=pk).revoked_at
    assert AuditEntry.objects.get(action="device.revoked").why == "遗失"


def test_terminal_of_another_area_is_out_of_reach(neighbour_official, scanner):
    assert run_bulk(neighbour_official.client, DEVICES, "bulk_device_revoke", scanner.device.pk) is None
    assert Device.objects.get(pk=scanner.device.pk).revoked_at is None
    assert scanner.device.code not in text(neighbour_official.client.get(DEVICES))


def test_role_is_granted_and_withdrawn_on_the_page(county_official, villager, world):
    data = {"phone": "13809331001", "role": "support", "place": "620825", "reason": "值班"}
    assert county_official.client.post(f"{GRANTS}add/", data).status_code == 302
    grant = DivisionGrant.objects.get(user=villager.user)
    assert grant.role == Role.SUPPORT
    without = county_official.client.post(f"{GRANTS}{grant.pk}/delete/", {"post": "yes"})
    assert without.status_code == 400
    county_official.client.post(f"{GRANTS}{grant.pk}/delete/", {"post": "yes", "reason": "离岗"})
    assert not DivisionGrant.objects.filter(user=villager.user).exists()
    whys = list(AuditEntry.objects.order_by("id").values_list("action", "why"))
    assert whys == [("role.granted", "值班"), ("role.withdrawn", "离岗")]


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "12"},
        {"phone": "13800130000"},
        {"place": "110101"},
        {"place": "x"},
        {"reason": ""},
        {"role": "keeper"},
    ],
)
def test_role_with_wrong_input_is_refused_beside_the_field(county_official, villager, changes):
    data = {"phone": "13809331001", "role": "support", "place": "620825", "reason": "值班", **changes}
    answer = county_official.client.post(f"{GRANTS}add/", data)
    assert answer.status_code == 200
    assert set(changes) <= set(answer.context["adminform"].form.errors)
    assert not DivisionGrant.objects.filter(user=villager.user).exists()


def test_role_above_the_own_is_refused_on_the_page(county_official, villager):
    data = {"phone": "13809331001", "role": "administrator", "place": "620825", "reason": "x"}
    answer = county_official.client.post(f"{GRANTS}add/", data)
    assert set(answer.context["adminform"].form.errors) == {"role"}
    assert not DivisionGrant.objects.filter(user=villager.user).exists()


def test_stopped_official_is_out_with_the_next_request(administrator, county_official):
    assert county_official.client.get("/admin/").status_code == 200
    run_bulk(administrator.client, PEOPLE, "bulk_person_stop", county_official.user.pk, "离职")
    assert county_official.client.get("/admin/").status_code == 302
    run_bulk(administrator.client, PEOPLE, "bulk_person_restore", county_official.user.pk, "误操作")
    county_official.user.refresh_from_db()
    assert county_official.user.is_active


def test_people_of_another_area_are_not_listed(neighbour_official, county_official, township_official):
    page = text(neighbour_official.client.get(PEOPLE))
    assert township_official.user.name not in page
    assert township_official.user.name in text(county_official.client.get(PEOPLE))


def test_phone_of_a_person_is_masked(county_official, township_official):
    assert township_official.user.phone[-8:] not in text(county_official.client.get(PEOPLE))


def write_entry(area):
    record(actor=system_actor("t"), now=timezone.now(), action=f"in.{area}", target=("t", 1), area=area)


def test_audit_trail_is_cut_to_the_area_and_read_only(county_official, neighbour_official, administrator):
    write_entry("620825100000")
    record(actor=system_actor("t"), now=timezone.now(), action="in.general", target=("t", 1))
    assert "in.620825100000" in text(county_official.client.get(AUDIT))
    assert "in.general" not in text(county_official.client.get(AUDIT))
    assert "in.general" in text(administrator.client.get(AUDIT))
    assert "in.620825100000" not in text(neighbour_official.client.get(AUDIT))
    entry = AuditEntry.objects.get(area="620825100000")
    page = f"{AUDIT}{entry.pk}/"
    assert county_official.client.get(f"{page}change/").status_code == 200
    assert county_official.client.post(f"{page}change/", {"why": "x"}).status_code == 403
    assert county_official.client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert county_official.client.get(f"{AUDIT}add/").status_code == 403
    assert neighbour_official.client.get(f"{page}change/").status_code == 404


def test_history_of_a_record_is_the_audit_trail(county_official, world):
    county_official.client.post(f"{STATIONS}{world.village.pk}/change/", station_form(world.village, name="新名"))
    answer = county_official.client.get(f"{STATIONS}{world.village.pk}/history/", follow=True)
    assert answer.status_code == 200
    assert "修改站点" in text(answer)


def test_message_page_shows_neither_text_nor_number(administrator, county_official):
    send(
        template="login_code", recipient="+8613800138000", parameters={"code": "778899", "minutes": 5},
        dedupe_key="k", now=timezone.now(),
    )  # fmt: skip
    page = text(administrator.client.get(MESSAGES))
    assert "login_code" in page
    assert "778899" not in page
    assert "13800138000" not in page
    assert "login_code</a>" not in text(county_official.client.get(MESSAGES))


def test_secret_fields_are_on_no_page(administrator, county_official):
    hold(county_official.user, Role.SUPPORT, DivisionGrant.objects.first().division)
    page = text(administrator.client.get(f"{PEOPLE}{county_official.user.pk}/change/"))
    assert county_official.user.password not in page


def test_what_a_service_refuses_is_said_in_the_form(county_official, keeper, world):
    """Nothing that was typed is lost, and nothing was granted."""
    where = "/admin/access/divisiongrant/add/"
    assert 'value="administrator"' not in county_official.client.get(where).content.decode()
    assert 'value="county_official"' in county_official.client.get(where).content.decode()
    own = {"phone": county_official.user.phone, "role": "township_official", "place": "620825100", "reason": "轮岗"}
    elsewhere = {"phone": keeper.user.phone, "role": "township_official", "place": "620826100", "reason": "轮岗"}
    for content in (own, elsewhere):
        answer = county_official.client.post(where, content)
        shown = answer.content.decode()
        assert (answer.status_code, "errornote" in shown or "error" in shown) == (200, True)
        assert 'value="轮岗"' in shown
        assert f'value="{content["place"]}"' in shown
        assert answer.context["adminform"].form.non_field_errors()
    assert not DivisionGrant.objects.filter(user=keeper.user).exists()
