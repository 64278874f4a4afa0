"""The officials' pages of enterprises, stations and divisions."""

import pytest
from django.urls import reverse

from logistics.registry.models import Station
from portal.audit.models import AuditEntry
from portal.regions.models import Division

pytestmark = pytest.mark.django_db


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def station_form(station, **more):
    return {
        "code": station.code, "name": station.name, "kind": station.kind, "division": station.division_id,
        "parent": station.parent_id or "", "operator": "", "address": station.address, "longitude": "", "latitude": "",
        "hours": station.hours, "capacity": station.capacity, "phone": station.phone,
        "contact_name": station.contact_name, "contact_phone": station.contact_phone, "reason": "核对资料",
    } | more  # fmt: skip


def test_an_official_sees_only_the_own_county(world, county_official, neighbour_official):
    shown = county_official.client.get(page(Station, "changelist")).content.decode()
    assert "何马村站" in shown
    assert "静宁县寄递物流中心" not in shown
    assert county_official.client.get(page(Station, "change", world.neighbour_hub.pk)).status_code == 404
    assert neighbour_official.client.get(page(Station, "change", world.village.pk)).status_code == 404


def test_a_township_official_looks_and_changes_nothing(world, township_official):
    assert township_official.client.get(page(Station, "change", world.village.pk)).status_code == 200
    answer = township_official.client.post(
        page(Station, "change", world.village.pk), station_form(world.village, name="改")
    )
    assert answer.status_code == 403
    world.village.refresh_from_db()
    assert world.village.name == "何马村站"


@pytest.mark.parametrize("who", ["keeper", "courier", "villager", "enterprise_admin"])
def test_the_site_is_for_officials(request, world, who):
    persona = request.getfixturevalue(who)
    assert persona.client.get(page(Station, "changelist")).status_code in (302, 403, 404)


def test_a_change_is_audited_with_before_after_and_reason(world, county_official):
    answer = county_official.client.post(
        page(Station, "change", world.village.pk), station_form(world.village, hours="09:00-20:00")
    )
    assert answer.status_code == 302
    entry = AuditEntry.objects.get(action="station.changed")
    assert (entry.before["hours"], entry.after["hours"], entry.why) == ("08:00-18:00", "09:00-20:00", "核对资料")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reason": ""}, "id_reason"),
        ({"parent": ""}, "请选择上级站点"),
        ({"longitude": "106.05"}, "经度和纬度"),
        ({"longitude": "35.2", "latitude": "50"}, "不在中国境内"),
        ({"capacity": "0"}, "可存件数"),
        ({"contact_phone": "1"}, "电话号码有误"),
    ],
)
def test_bad_input_is_said_beside_the_field(world, county_official, wrong, says):
    answer = county_official.client.post(
        page(Station, "change", world.village.pk), station_form(world.village, **wrong)
    )
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not AuditEntry.objects.filter(action="station.changed").exists()


def test_a_station_is_registered_on_the_page(world, county_official):
    form = station_form(world.village, code="ZL-Hema-3", name="何马三站")
    assert county_official.client.post(page(Station, "add"), form).status_code == 302
    assert Station.objects.get(code="zl-hema-3").parent == world.township_station


def test_a_station_elsewhere_cannot_be_chosen_nor_posted(world, county_official):
    form = station_form(world.village, division=world.neighbour_village_division.pk)
    answer = county_official.client.post(page(Station, "change", world.village.pk), form)
    assert answer.status_code in (200, 403)
    world.village.refresh_from_db()
    assert world.village.division == world.village_division


def test_a_corrected_division_is_marked_so_that_reloads_leave_it_alone(world, county_official):
    place = world.village_division
    form = {"name": "何马新村委会", "short_name": "何马新村", "longitude": "", "latitude": "", "reason": "更名"}
    assert county_official.client.post(page(Division, "change", place.pk), form).status_code == 302
    place.refresh_from_db()
    assert (place.name, place.edited, place.pinyin, place.initials) == ("何马新村委会", True, "hemaxincun", "hmxc")
    assert list(place.aliases.values_list("name", flat=True)) == ["何马村委会"]
    assert AuditEntry.objects.get(action="division.changed").why == "更名"
    assert county_official.client.get(page(Division, "change", world.neighbour_village_division.pk)).status_code == 404


def test_a_new_name_that_repeats_is_pointed_out_at_once(world, county_official):
    Division.objects.filter(pk=world.village_next_door_division.pk).update(short_name="何马村")
    form = {"name": "何马村委会", "short_name": "何马村", "longitude": "", "latitude": "", "reason": "更名"}
    county_official.client.post(page(Division, "change", world.village_division.pk), form)
    assert Division.objects.filter(short_name="何马村", repeats=True).count() == 2


def test_a_list_page_asks_the_database_little(world, county_official, django_assert_max_num_queries):
    county_official.client.get(page(Station, "changelist"))
    with django_assert_max_num_queries(12):
        county_official.client.get(page(Station, "changelist"))
