"""Any county of the country loads, as often as one likes, and nothing that a person wrote is lost."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.errors import NotFound
from portal.regions.addresses import resolve_village
from portal.regions.models import Division, DivisionAlias
from portal.regions.services import load_county
from portal.regions.states import Kind, Level

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhuanglang(db):
    return load_county("620825")


def test_the_county_and_everything_in_it(zhuanglang):
    assert (zhuanglang.name, zhuanglang.townships, zhuanglang.villages) == ("庄浪县", 19, 305)
    village = Division.objects.get(prefix="620825100208")
    assert (village.short_name, village.pinyin, village.initials, village.kind) == (
        "何马村",
        "hemacun",
        "hmc",
        Kind.VILLAGERS,
    )
    assert [village.parent.name, village.parent.parent.name] == ["水洛镇", "庄浪县"]


def test_the_county_has_a_point_that_does_not_claim_to_be_surveyed(zhuanglang):
    county = Division.objects.get(prefix="620825")
    assert (float(county.longitude), float(county.latitude)) == (106.036686, 35.202385)
    assert county.illustrative


def test_parcels_come_from_anywhere_so_all_counties_are_known(zhuanglang):
    counted = {level: Division.objects.filter(level=level).count() for level in Level}
    assert counted == {Level.PROVINCE: 31, Level.CITY: 342, Level.COUNTY: 2975, Level.TOWNSHIP: 19, Level.VILLAGE: 305}


def test_names_that_repeat_inside_the_county_are_marked(zhuanglang):
    assert zhuanglang.repeated == Division.objects.filter(repeats=True).count() >= 36
    assert Division.objects.filter(short_name="李庄村", repeats=True).count() > 1
    assert not Division.objects.get(prefix="620825100208").repeats


def test_again_changes_nothing(zhuanglang):
    before = list(Division.objects.order_by("code").values())
    again = load_county("620825")
    assert (again.created, again.updated, again.kept) == (0, 0, 0)
    assert list(Division.objects.order_by("code").values()) == before


def test_an_edited_row_is_left_alone_and_a_stale_one_is_not(zhuanglang):
    Division.objects.filter(prefix="620825100208").update(name="何马新村", short_name="何马新村", edited=True)
    Division.objects.filter(prefix="620825100200").update(name="旧名")
    again = load_county("620825")
    assert (again.updated, again.kept) == (1, 1)
    assert Division.objects.get(prefix="620825100208").name == "何马新村"
    assert Division.objects.get(prefix="620825100200").name != "旧名"


def test_a_place_that_the_register_calls_otherwise_keeps_its_old_name(zhuanglang):
    Division.objects.filter(prefix="620825100").update(name="紫荆乡", short_name="紫荆乡")
    load_county("620825")
    load_county("620825")
    assert DivisionAlias.objects.get().name == "紫荆乡"
    found = resolve_village("庄浪县紫荆乡何马村3社", within="620825")
    assert (found.certain, found.village.code) == (True, "620825100208")


def test_a_point_that_somebody_entered_survives(zhuanglang):
    Division.objects.filter(prefix="620825").update(longitude="106.040000", latitude="35.210000", illustrative=False)
    load_county("620825")
    county = Division.objects.get(prefix="620825")
    assert (float(county.longitude), county.illustrative) == (106.04, False)


def test_a_second_county_stands_beside_the_first(zhuanglang):
    other = load_county("411327")
    assert other.townships == 16
    assert Division.objects.filter(prefix__startswith="620825", level=Level.VILLAGE).count() == 305


def test_a_city_without_counties_holds_its_towns_itself(db):
    loaded = load_county("441900")
    assert loaded.name == "东莞市"
    town = Division.objects.filter(prefix__startswith="4419", level=Level.TOWNSHIP).first()
    assert town.parent_id == "441900000000"
    assert town.parent.level == Level.CITY


@pytest.mark.parametrize("code", ["150423", "350527", "469025", "820001"])
def test_the_odd_corners_of_the_register(db, code):
    """33-character names, fillers numbered 000, counties below no real city; and one that the register lacks."""
    if code == "820001":
        with pytest.raises(NotFound):
            load_county(code)
        return
    loaded = load_county(code)
    assert Division.objects.get(code=loaded.code).level == Level.COUNTY
    if code == "150423":
        assert max(len(n) for n in Division.objects.values_list("name", flat=True)) == 33


def test_names_outside_the_basic_plane_are_stored_whole(db):
    from portal.regions import register

    text = next(c for c, n in register._rows(register.FOLDER / "villages" / "42.csv.gz") if n == "莫𡐓村委会")
    load_county(text[:6])
    assert Division.objects.get(code=text).short_name == "莫𡐓村"


def test_few_statements_whatever_the_size(db):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        load_county("620825")
    assert len(queries) <= 6


def test_the_command_says_what_it_did_and_what_is_wrong(db, capsys):
    call_command("load_county", "620825")
    assert "19 townships, 305 villages" in capsys.readouterr().out
    with pytest.raises(CommandError, match="县级代码"):
        call_command("load_county", "62")
    with pytest.raises(CommandError, match="没有"):
        call_command("load_county", "620899")
