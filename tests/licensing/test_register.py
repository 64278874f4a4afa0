"""Vehicles, couriers and closing stations: the registers that certification writes in."""

from __future__ import annotations

import pytest

from logistics.certificates.services import issue
from logistics.certificates.services.measures import cancel
from logistics.licensing.kinds.station.emptiness import StationNotEmpty
from logistics.licensing.services.closing import close_station
from logistics.parcels.models import Parcel
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.states import Stage
from logistics.registry.models import Courier, Station, Vehicle
from logistics.registry.names import near
from logistics.registry.selectors import (
    CourierNotFound,
    StationNotFound,
    VehicleNotFound,
    courier_by_code,
    courier_of,
    vehicle_by_plate,
    visible_couriers,
    visible_vehicles,
)
from logistics.registry.services.couriers import CourierThere, register_courier, update_courier
from logistics.registry.services.parties import OutOfScope
from logistics.registry.services.vehicles import VehicleThere, register_vehicle, update_vehicle
from portal.audit.models import AuditEntry
from portal.core.actor import system_actor
from portal.core.errors import BadInput, Conflict, Forbidden
from tests.licensing.conftest import NOW, TODAY, id_number, place_on_map, vin


@pytest.fixture
def van(world) -> dict:
    return {
        "plate": "甘L12345", "plate_kind": "small", "vin": vin(), "type": "van", "operator": world.carrier,
        "division": world.township, "load_kg": 700, "volume_l": 3500, "insurance_until": TODAY,
        "inspection_until": TODAY,
    }  # fmt: skip


def register(official, fields, **extra) -> Vehicle:
    return register_vehicle(fields={**fields, **extra}, actor=official.actor(), now=NOW, why="登记")


def test_a_vehicle_is_registered_in_one_spelling_and_seen_by_its_own(
    county_official, township_official, neighbour_official, enterprise_admin, villager, keeper, van
):
    row = register(county_official, van, plate="甘l·12345", vin=vin().lower())
    assert (row.plate, row.vin) == ("甘L12345", vin())
    own = register(county_official, van, plate="甘LD12345", plate_kind="new_small", vin=vin(2), operator=None,
                   owner=villager.user)  # fmt: skip
    both, none = {row.plate, own.plate}, set()
    for who, plates in (
        (county_official, both), (township_official, both), (neighbour_official, none),
        (enterprise_admin, {row.plate}), (villager, {own.plate}), (keeper, none),
    ):  # fmt: skip
        assert set(visible_vehicles(actor=who.actor()).values_list("plate", flat=True)) == plates
    assert vehicle_by_plate(actor=enterprise_admin.actor(), plate="甘L 12345") == row
    with pytest.raises(VehicleNotFound):
        vehicle_by_plate(actor=enterprise_admin.actor(), plate=own.plate)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"plate": "甘LD12345"}, "plate"), ({"vin": "1234"}, "vin"), ({"load_kg": 0}, "load_kg"),
        ({"ownership": "leased"}, "lease_until"), ({"type": "trailer"}, "plate_kind"), ({"operator": None}, "operator"),
        ({"insurance_until": None}, "insurance_until"), ({"type": "rocket"}, "type"),
    ],
)  # fmt: skip
def test_a_vehicle_that_contradicts_itself_is_refused(county_official, van, wrong, field):
    with pytest.raises(BadInput) as refused:
        register(county_official, van, **wrong)
    assert field in refused.value.fields
    assert not Vehicle.objects.exists()


def test_a_vehicle_is_registered_once(county_official, van):
    register(county_official, van)
    with pytest.raises(VehicleThere):
        register(county_official, van, plate="甘L54321")


def test_a_vehicle_stays_in_the_officials_reach(county_official, neighbour_official, township_official, van, world):
    row = register(county_official, van)
    with pytest.raises(OutOfScope):
        update_vehicle(
            vehicle=row, fields={"division": world.neighbour_county}, actor=county_official.actor(), now=NOW, why="迁出"
        )
    with pytest.raises(VehicleNotFound):
        update_vehicle(vehicle=row, fields={"load_kg": 1}, actor=neighbour_official.actor(), now=NOW, why="改")
    with pytest.raises(Forbidden):
        update_vehicle(vehicle=row, fields={"load_kg": 1}, actor=township_official.actor(), now=NOW, why="改")
    update_vehicle(vehicle=row, fields={"load_kg": 650}, actor=county_official.actor(), now=NOW, why="核定变更")
    entry = AuditEntry.objects.get(action="vehicle.changed")
    assert (entry.before, entry.after, entry.why) == ({"load_kg": 700}, {"load_kg": 650}, "核定变更")


def test_a_courier_is_one_person_and_one_number(county_official, neighbour_official, courier, villager, world):
    fields = {"name": "赵快送", "id_number": id_number().lower(), "kind": "courier", "division": world.township,
              "enterprise": world.carrier}  # fmt: skip
    actor = county_official.actor()
    row = register_courier(user=courier.user, fields=fields, actor=actor, now=NOW, why="登记")
    with pytest.raises(CourierThere):
        register_courier(user=villager.user, fields=fields, actor=actor, now=NOW, why="登记")
    with pytest.raises(BadInput) as refused:
        update_courier(courier=row, fields={"kind": "driver"}, actor=actor, now=NOW, why="转岗")
    assert set(refused.value.fields) == {"licence_class", "licence_until"}
    assert courier_of(actor=courier.actor()) == row
    assert courier_of(actor=villager.actor()) is None
    assert courier_by_code(actor=actor, code=row.code.lower()) == row
    with pytest.raises(CourierNotFound):
        courier_by_code(actor=neighbour_official.actor(), code=row.code)
    assert list(visible_couriers(actor=courier.actor())) == [row]
    assert not visible_couriers(actor=villager.actor()).exists()
    told = str(list(AuditEntry.objects.values_list("before", "after")))
    assert id_number() not in told
    assert row.id_hash not in told
    assert Courier.objects.count() == 1


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("庄浪县顺达快递有限公司", "顺达快递（庄浪县）有限责任公司", True),
        ("何马村站", "何马村综合服务站", True),
        ("庄浪县顺达快递有限公司", "庄浪县金达物流有限公司", False),
        ("水洛镇站", "南湖镇站", False),
    ],
)
def test_names_that_differ_only_in_what_everybody_adds_are_alike(one, other, alike):
    assert near(one, other) is alike


def test_a_station_beside_another_is_shown_to_the_reviewer(desk, world):
    place_on_map(world.village, "106.050000", "35.210300")  # 33 metres to the north
    row = desk.submitted("station")
    assert not row.checks.get(item="place_free").passed
    place_on_map(world.village, "106.050000", "35.210500")  # 56 metres
    assert not desk.submitted("station", by=desk.official, point="106.05,35.21").checks.filter(passed=False).exists()


def test_a_locker_may_stand_at_a_stations_door(desk, world):
    place_on_map(world.village, "106.050000", "35.210000")
    row = desk.submitted("station", form={"kind": "locker", "name": "何马快递柜"})
    assert not row.checks.filter(passed=False).exists()


# -- closing ------------------------------------------------------------------------------------------------
def test_a_station_that_holds_parcels_is_not_closed(world, county_official, make_parcel):
    make_parcel(world.village)
    with pytest.raises(StationNotEmpty) as refused:
        close_station(station=world.village, actor=county_official.actor(), now=NOW, why="撤并")
    assert "1" in str(refused.value.message)
    assert refused.value.hint
    assert Station.objects.get(pk=world.village.pk).state == "active"


def test_cancelling_the_certificate_is_no_way_around(world, county_official, make_parcel):
    make_parcel(world.village)
    certificate = issue(
        kind="station", holder=world.village.pk, holder_name="何马村站", facts={}, division=world.village_division,
        valid_from=TODAY, valid_until=TODAY.replace(year=2028), actor=county_official.actor(), now=NOW,
    )  # fmt: skip
    with pytest.raises(StationNotEmpty):
        cancel(certificate=certificate, actor=county_official.actor(), now=NOW, why="撤并")


def test_a_station_with_stations_below_it_is_not_closed(world, county_official):
    with pytest.raises(StationNotEmpty):
        close_station(station=world.township_station, actor=county_official.actor(), now=NOW, why="撤并")


def test_an_empty_station_closes_once_and_with_its_certificate(desk, world, county_official, neighbour_official):
    with pytest.raises(StationNotFound):
        close_station(station=world.village, actor=neighbour_official.actor(), now=NOW, why="撤并")
    closed = close_station(station=world.village, actor=county_official.actor(), now=NOW, why="撤并")
    assert closed.state == "closed"
    with pytest.raises(Conflict):
        close_station(station=world.village, actor=county_official.actor(), now=NOW, why="撤并")
    row = desk.approved("station")
    station = close_station(
        station=Station.objects.get(pk=row.holder), actor=county_official.actor(), now=NOW, why="撤并"
    )
    row.certificate.refresh_from_db()
    assert (station.state, row.certificate.state) == ("closed", "cancelled")


@pytest.fixture
def make_parcel(world):
    """A parcel that waits for pickup at a station."""

    def make(station) -> Parcel:
        draft = ParcelDraft(
            carrier=world.carrier.code, carrier_number="7800000000011", destination_station=station.code,
            recipient_name="王小明", recipient_phone="13809331001",
        )  # fmt: skip
        parcel = create_parcel(draft=draft, actor=system_actor("tests"), now=NOW)
        Parcel.objects.filter(pk=parcel.pk).update(station=station, stage=Stage.READY_FOR_PICKUP)
        return parcel

    return make
