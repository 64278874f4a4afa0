"""Enterprises and stations: registered, changed, suspended, each within the actor's area and with a reason."""

import pytest
from django.utils import timezone

from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import (
    EnterpriseNotFound,
    StationNotFound,
    enterprise_by_code,
    public_carriers,
    public_station,
    public_stations,
    station_by_code,
    visible_enterprises,
    visible_stations,
)
from logistics.registry.services.parties import (
    AlreadyThere,
    OutOfScope,
    create_enterprise,
    create_station,
    resume,
    suspend,
    update_enterprise,
    update_station,
)
from logistics.registry.states import EnterpriseKind, State, StationKind
from portal.audit.models import AuditEntry
from portal.core.actor import ANONYMOUS
from portal.core.errors import BadInput, Conflict, Forbidden, SignInNeeded

NOW = timezone.now()
CREDIT = "91110000802100433B"


def enterprise_fields(world, **more):
    return {
        "name": "庄浪县某某快递有限公司",
        "short_name": "某某",
        "kind": EnterpriseKind.CARRIER,
        "division": world.county,
    } | more


def station_fields(world, **more):
    return {
        "name": "何马二站", "kind": StationKind.VILLAGE, "division": world.village_division,
        "parent": world.township_station,
    } | more  # fmt: skip


def new_enterprise(world, actor, code="sto", **more):
    return create_enterprise(code=code, fields=enterprise_fields(world, **more), actor=actor, now=NOW, why="新登记")


def new_station(world, actor, code="zl-hema-2", **more):
    return create_station(code=code, fields=station_fields(world, **more), actor=actor, now=NOW, why="新登记")


def test_an_official_registers_an_enterprise(world, county_official):
    made = new_enterprise(
        world, county_official.actor(), " ＳＴＯ ", credit_code=" 91110000802100433b ", contact_phone="138 9330 0010"
    )
    kept = Enterprise.objects.get(pk=made.pk)
    assert (kept.code, kept.credit_code, kept.contact_phone) == ("sto", CREDIT, "+8613893300010")
    entry = AuditEntry.objects.get(action="enterprise.added")
    assert (entry.object_id, entry.why, entry.actor) == (str(kept.pk), "新登记", county_official.actor().id)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"credit_code": "91110000802100433A"}, "credit_code"),
        ({"hotline": "call me"}, "hotline"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"name": ""}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"kind": "circus"}, "kind"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"kind": EnterpriseKind.BUS, "kuaidi100_code": "shentong"}, "kuaidi100_code"),
        ({"state": State.CLOSED}, "state"),
    ],
)
def test_bad_enterprise_input_is_refused_field_by_field(world, county_official, fields, wrong):
    with pytest.raises(BadInput) as refused:
        new_enterprise(world, county_official.actor(), **fields)
    assert wrong in refused.value.fields
    assert not Enterprise.objects.filter(code="sto").exists()


@pytest.mark.parametrize("code", ["", "A B", "甲", "-x", "x_y", "x" * 25])
def test_a_code_is_plain_letters_and_digits(world, county_official, code):
    if code == "A B":  # only spelling: becomes ab
        assert new_enterprise(world, county_official.actor(), code).code == "ab"
        return
    with pytest.raises(BadInput) as refused:
        new_enterprise(world, county_official.actor(), code)
    assert "code" in refused.value.fields


def test_codes_are_taken_once(world, county_official):
    actor = county_official.actor()
    new_enterprise(world, actor, credit_code=CREDIT, kuaidi100_code="shentong")
    for code, more in (("sto", {}), ("sto2", {"credit_code": CREDIT}), ("sto3", {"kuaidi100_code": "shentong"})):
        with pytest.raises((AlreadyThere, BadInput)):
            new_enterprise(world, actor, code, **more)
    assert AuditEntry.objects.filter(action="enterprise.added").count() == 1


def test_who_may_register(world, county_official, neighbour_official, township_official, keeper, enterprise_admin):
    with pytest.raises(OutOfScope):
        new_enterprise(world, neighbour_official.actor())
    for persona in (township_official, keeper, enterprise_admin):
        with pytest.raises(Forbidden):
            new_enterprise(world, persona.actor())
    with pytest.raises(SignInNeeded):
        new_enterprise(world, ANONYMOUS)
    assert not Enterprise.objects.filter(code="sto").exists()
    assert new_enterprise(world, county_official.actor()).pk


def test_an_official_registers_a_station(world, county_official):
    made = new_station(world, county_official.actor(), longitude="106.05", latitude="35.2", illustrative=True)
    assert Station.objects.get(code="zl-hema-2").parent == world.township_station
    assert AuditEntry.objects.filter(action="station.added", object_id=str(made.pk)).exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"parent": None}, "parent"),
        ({"kind": StationKind.HUB}, "parent"),
        ({"kind": StationKind.TOWNSHIP}, "parent"),
        ({"longitude": 106.05}, "longitude"),
        ({"longitude": 35.2, "latitude": 106.05}, "longitude"),
        ({"capacity": 0}, "capacity"),
        ({"phone": "<script>"}, "phone"),
    ],
)
def test_bad_station_input_is_refused_field_by_field(world, county_official, fields, wrong):
    with pytest.raises(BadInput) as refused:
        new_station(world, county_official.actor(), **fields)
    assert wrong in refused.value.fields


def test_a_change_is_kept_with_before_and_after(world, county_official):
    update_station(
        station=world.village, fields={"hours": "09:00-19:00"}, actor=county_official.actor(), now=NOW, why="夏季时间"
    )
    entry = AuditEntry.objects.get(action="station.changed")
    assert (entry.before, entry.after, entry.why) == ({"hours": "08:00-18:00"}, {"hours": "09:00-19:00"}, "夏季时间")


def test_a_change_that_changes_nothing_leaves_no_entry(world, county_official):
    update_station(
        station=world.village, fields={"hours": "08:00-18:00"}, actor=county_official.actor(), now=NOW, why="无"
    )
    assert not AuditEntry.objects.filter(action="station.changed").exists()


def test_nobody_moves_a_record_out_of_their_own_area(world, county_official):
    with pytest.raises(OutOfScope):
        update_enterprise(
            enterprise=world.carrier,
            fields={"division": world.neighbour_county},
            actor=county_official.actor(),
            now=NOW,
            why="搬迁",
        )
    world.carrier.refresh_from_db()
    assert world.carrier.division == world.county


def test_a_foreign_record_does_not_exist(world, neighbour_official):
    with pytest.raises(StationNotFound):
        update_station(station=world.village, fields={"hours": "x"}, actor=neighbour_official.actor(), now=NOW, why="x")
    with pytest.raises(EnterpriseNotFound):
        suspend(party=world.carrier, actor=neighbour_official.actor(), now=NOW, why="x")


def test_a_reason_is_needed(world, county_official):
    with pytest.raises(BadInput) as refused:
        suspend(party=world.village, actor=county_official.actor(), now=NOW, why="  ")
    assert refused.value.code == "reason_missing"


def test_a_station_with_stations_below_keeps_its_kind(world, county_official):
    with pytest.raises(BadInput) as refused:
        update_station(
            station=world.township_station,
            fields={"kind": StationKind.VILLAGE},
            actor=county_official.actor(),
            now=NOW,
            why="x",
        )
    assert "kind" in refused.value.fields


def test_suspended_and_put_back_to_work(world, county_official):
    actor = county_official.actor()
    suspend(party=world.village, actor=actor, now=NOW, why="装修")
    assert not public_station("zl-hema").open
    assert world.village not in public_stations()
    with pytest.raises(Conflict):
        suspend(party=world.village, actor=actor, now=NOW, why="再来")
    resume(party=world.village, actor=actor, now=NOW, why="完工")
    assert public_station("zl-hema").open
    assert (
        AuditEntry.objects.filter(
            object_type="registry.station", action__in=["station.suspended", "station.active"]
        ).count()
        == 2
    )


def test_who_sees_which_stations(
    world, keeper, courier, enterprise_admin, township_official, county_official, neighbour_official, villager, support
):
    Station.objects.filter(pk=world.village.pk).update(operator=world.carrier)
    everything = set(Station.objects.exclude(pk=world.neighbour_hub.pk))
    for persona, stations in (
        (keeper, {world.village}),
        (courier, {world.township_station, world.village, world.village_next_door}),  # where they pick up and drop
        (enterprise_admin, {world.village}),
        (township_official, {world.township_station, world.village, world.village_next_door}),
        (county_official, everything),
        (support, everything),
        (neighbour_official, {world.neighbour_hub}),
        (villager, set()),
    ):
        assert set(visible_stations(actor=persona.actor())) == stations


def test_a_foreign_station_is_not_found_by_code(world, keeper, keeper_next_door):
    assert station_by_code(actor=keeper.actor(), code="zl-hema") == world.village
    for code in ("zl-lizhuang", "nowhere"):
        with pytest.raises(StationNotFound):
            station_by_code(actor=keeper.actor(), code=code)


def test_who_sees_which_enterprises(world, enterprise_admin, keeper, county_official, neighbour_official):
    assert set(visible_enterprises(actor=enterprise_admin.actor())) == {world.carrier}
    assert set(visible_enterprises(actor=county_official.actor())) == {world.carrier, world.other_carrier}
    assert not visible_enterprises(actor=keeper.actor())
    assert not visible_enterprises(actor=neighbour_official.actor())
    with pytest.raises(EnterpriseNotFound):
        enterprise_by_code(actor=enterprise_admin.actor(), code="yto")


def test_the_public_face_of_a_station_names_no_person(world):
    face = public_station("zl-hema")
    assert (face.place, face.kind_label, face.parent) == ("甘肃省平凉市庄浪县水洛镇何马村委会", "村级站", "水洛镇站")
    shown = " ".join(str(getattr(face, name)) for name in face.__slots__)
    assert world.village.contact_name not in shown
    assert world.village.contact_phone not in shown
    with pytest.raises(StationNotFound):
        public_station("nowhere")


def test_a_closed_station_is_gone_from_the_public_face(world):
    Station.objects.filter(pk=world.village.pk).update(state=State.CLOSED)
    with pytest.raises(StationNotFound):
        public_station("zl-hema")


def test_carriers_at_work(world, county_official):
    suspend(party=world.carrier, actor=county_official.actor(), now=NOW, why="停业")
    assert list(public_carriers()) == [world.other_carrier]
