"""One street for the matrices: the small world, everybody in it, and a row of every model.

Each row of the keeper's village has a twin next door (a village of the same township) where that makes sense, so that
a table can say both who sees it and who must not. Built once for a module, in a transaction that is rolled back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from logistics.desk.models import Scan, StockTake, StockTakeItem
from logistics.desk.states import Difference, Result, Task
from logistics.licensing.models import RegisterImport, RegisterRow
from logistics.licensing.states import RegisterStage
from logistics.parcels import models as parcels
from logistics.parcels.events import NewEvent
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.pickup import station_inbound
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import (
    Custodian,
    DoorProof,
    ImportKind,
    ImportState,
    PhotoKind,
    PickupMethod,
    Refusal,
    RowResult,
    SourceKind,
    TimerKind,
)
from logistics.registry.models import EnterpriseGroupObjectPermission, Station, StationGroupObjectPermission
from members.access.models import BulkRow, BulkRun
from members.access.states import BulkState, Role
from members.accounts.models import Relation
from members.devices.states import Profile
from portal.audit.services import record
from portal.core.actor import system_actor
from portal.core.ids import new_id
from portal.notify.models import Attempt, BlockedNumber, MessageLine, ProviderHealth
from portal.regions.models import DivisionAlias
from portal.workdays.models import PublishedYear
from tests.meta import certificates_held, desk_of_firms, licences, school
from tests.personas import ADDRESS, CAST, hold, make_device, make_user
from tests.world import World, make_world

OFFICE = system_actor("tests")
PERSONAS = (
    "anonymous", "villager", "courier", "keeper", "keeper_next_door", "enterprise_admin", "township_official",
    "county_official", "neighbour_official", "support", "administrator", "scanner",
)  # fmt: skip


@dataclass
class Street:
    world: World
    cast: dict
    here: dict = field(default_factory=dict)  # model → its row in the keeper's village
    next_door: dict = field(default_factory=dict)  # model → its twin in the village next door
    # Of all browsers, so that the middleware is loaded once.
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def browser(self, name: str) -> Client:
        """A fresh browser of this persona: what one visit does to its cookies does not reach the next."""
        persona = self.cast[name]
        browser = Client(raise_request_exception=False, REMOTE_ADDR=ADDRESS)
        browser.handler = self.handler
        browser.defaults.update(persona.client.defaults)
        for cookie, morsel in persona.client.cookies.items():
            browser.cookies[cookie] = morsel.value
        return browser


def build() -> Street:
    world = make_world()
    street = Street(world, {name: make(world) for name, make in CAST.items()})
    now = timezone.now()
    doors = (  # the recipients are the villager and the keeper next door
        (street.here, world.village, "7800000000011", "13809331001", "SCAN-HERE"),
        (street.next_door, world.village_next_door, "7800000000022", "13809331003", "SCAN-DOOR"),
    )
    for rows, station, number, phone, device in doors:
        division = station.division
        _parties(street, rows, station, division, device, now)
        parcel = _travelled(world, station, number, phone, now)
        _parcel_rows(rows, parcel, station, now)
        _sent(street, rows, number, now)
        _notes(rows, station, division, phone, now)
        _desk(rows, station, now)
        _office(street, rows, now)
    _members(street, now)
    school.fill(street, now)
    licences.fill(street, now)
    desk_of_firms.fill(street, now)
    certificates_held.fill(street, now)
    for persona in street.cast.values():
        assert persona.client  # logged in now: a session begun inside a visit would be undone with it
    return street


def _travelled(world: World, station, number: str, phone: str, now: dt.datetime) -> parcels.Parcel:
    """Waiting at the station, with consent, shelf and pickup code."""
    draft = ParcelDraft(
        carrier=world.carrier.code, carrier_number=number, destination_station=station.code,
        recipient_name="王小明", recipient_phone=phone, recipient_address="3社12号", sender_name="陈发货",
        sender_phone="13911112222",
    )  # fmt: skip
    parcel = create_parcel(draft=draft, actor=OFFICE, now=now - dt.timedelta(days=3))
    event = NewEvent(number=number, code="AT_TOWN", at=(now - dt.timedelta(hours=5)).isoformat(),
                     station=world.township_station.code)  # fmt: skip
    result = record_events(
        events=[event], source=source_for(actor=OFFICE, now=now), actor=OFFICE, now=now, vouched=True
    )
    assert not result.refused, result.refused
    give_consent(parcel=parcel, channel="phone", actor=OFFICE, now=now)
    station_inbound(parcel=parcel, station=station, shelf="3-2", actor=OFFICE, now=now)
    return parcels.Parcel.objects.get(pk=parcel.pk)


def _parcel_rows(rows: dict, parcel, station, now: dt.datetime) -> None:
    event = parcels.Event.objects.filter(parcel=parcel).latest("recorded_at")
    bag = parcels.Bag.objects.create(number=f"B-{parcel.pk}", origin=station.parent, destination=station,
                                     created_at=now, created_by=OFFICE.id)  # fmt: skip
    handover = parcels.Handover.objects.create(
        from_kind=Custodian.STATION, from_ref=station.parent.code, to_kind=Custodian.STATION, to_ref=station.code,
        station=station, expected=1, offered_at=now, offered_by=OFFICE.id,
    )  # fmt: skip
    photo = _photo(parcel, now)
    made = (
        parcel, event, bag, handover,
        parcels.EventKey.objects.get(source_id=event.source_id, source_event_id=event.source_event_id),
        parcels.EventSource.objects.get(pk=event.source_id),
        parcels.ParcelNumber.objects.filter(parcel=parcel).first(),
        parcels.ParcelContact.objects.get(parcel=parcel, role="recipient"),
        parcels.Consent.objects.get(parcel=parcel),
        parcels.PickupCode.objects.get(parcel=parcel),
        parcels.ParcelPiece.objects.create(parcel=parcel, number=1, arrived_at=now),
        parcels.BagItem.objects.create(bag=bag, parcel=parcel, added_at=now),
        parcels.HandoverItem.objects.create(handover=handover, parcel=parcel),
        parcels.PickupProxy.objects.create(parcel=parcel, name="张代收", phone="+8613800000077", named_at=now,
                                           named_by=OFFICE.id),
        photo,
        parcels.DoorCode.objects.create(parcel=parcel, code="482913", code_hash="0" * 64, issued_at=now),
        parcels.DoorDelivery.objects.create(parcel=parcel, proof=DoorProof.CODE, at=now, given_by=OFFICE.id,
                                            undone_at=now),
        parcels.Pickup.objects.create(parcel=parcel, station=station, method=PickupMethod.values[0], at=now,
                                      given_by=OFFICE.id, undone_at=now),
        parcels.Timer.objects.get_or_create(parcel=parcel, kind=TimerKind.values[0], cancelled_at=now,
                                            defaults={"anchor_at": now, "due_at": now})[0],
    )  # fmt: skip
    rows.update({type(row): row for row in made})


def _photo(parcel, now: dt.datetime) -> parcels.Photo:
    """With a file of its own: who may look gets it."""
    path = f"photos/street/{parcel.area}.jpg"
    if not storages["default"].exists(path):
        storages["default"].save(path, ContentFile(b"a picture"))
    return parcels.Photo.objects.create(kind=PhotoKind.DAMAGE, parcel=parcel, file=path, sha256="0" * 64, bytes=9,
                                        width=1, height=1, taken_at=now, taken_by=OFFICE.id)  # fmt: skip


def _sent(street: Street, rows: dict, number: str, now: dt.datetime) -> None:
    """What came in of the carrier (here) and of another carrier (next door)."""
    here = rows is street.here
    firm = street.world.carrier if here else street.world.other_carrier
    source = parcels.EventSource.objects.create(code=f"file:{firm.code}", kind=SourceKind.FILE, enterprise=firm,
                                                created_at=now)  # fmt: skip
    feed_source = parcels.EventSource.objects.create(code=f"feed:{firm.code}", kind=SourceKind.FEED, enterprise=firm,
                                                     created_at=now)  # fmt: skip
    batch = parcels.ImportBatch.objects.create(
        kind=ImportKind.values[0], enterprise=firm, source=source, file_name="a.csv", sha256="0" * 64, size=1,
        dry_run=True, state=ImportState.DONE, created_at=now, created_by="user:0", finished_at=now,
    )  # fmt: skip
    rows[parcels.ImportBatch] = batch
    rows[parcels.EventSource] = source
    rows[parcels.SenderAnswer] = parcels.SenderAnswer.objects.create(
        enterprise=firm, kind="event", key="homeward", value="HOMEWARD", meaning="READY_FOR_PICKUP", asked_at=now,
        answered_at=now, answered_by="user:0",
    )  # fmt: skip
    rows[parcels.ImportRow] = parcels.ImportRow.objects.create(batch=batch, line=2, result=RowResult.values[0],
                                                               number=number)  # fmt: skip
    rows[parcels.CarrierFeed] = parcels.CarrierFeed.objects.create(
        enterprise=firm, source=feed_source, key=f"key-{firm.code}", salt="salt", created_at=now
    )
    rows[parcels.RefusedEvent] = parcels.RefusedEvent.objects.create(
        source=source,
        source_event_id=number,
        code=Refusal.UNKNOWN_PARCEL,
        raw={"number": number},
        first_at=now,
        last_at=now,
    )


def _parties(street: Street, rows: dict, station, division, device: str, now: dt.datetime) -> None:
    here = rows is street.here
    firm = street.world.carrier if here else street.world.other_carrier
    keeper = street.cast["keeper" if here else "keeper_next_door"].user
    official = street.cast["county_official" if here else "neighbour_official"].user
    terminal = make_device(device, profile=Profile.SCANNER, station=station)
    group = Group.objects.create(name=f"team {station.code}")
    for model, at in ((StationGroupObjectPermission, station), (EnterpriseGroupObjectPermission, firm)):
        held = Permission.objects.filter(content_type__model=type(at)._meta.model_name, codename__startswith="hold_")
        rows[model] = model.objects.create(group=group, content_object=at, permission=held.first())
    admin = street.cast["enterprise_admin"].user if here else make_user(1011, "孙对手")
    if not here:
        hold(admin, Role.ENTERPRISE_ADMIN, firm)
    for row in (station, firm, division, terminal.device, keeper.stationuserobjectpermission_set.get(),
                admin.enterpriseuserobjectpermission_set.get(), official.division_grants.get(), official):  # fmt: skip
        rows[type(row)] = row


def _notes(rows: dict, station, division, phone: str, now: dt.datetime) -> None:
    entry = record(actor=OFFICE, now=now, action="station.changed", target=station, after={"name": "x"},
                   area=division.code)  # fmt: skip
    told = MessageLine.objects.select_related("message").get(subject=f"parcel:{rows[parcels.Parcel].pk}")
    tried = Attempt.objects.create(message=told.message, provider="street", at=now)
    blocked = BlockedNumber.objects.create(phone=f"+86{phone}0", reason="invalid", since=now, until=now)
    health = ProviderHealth.objects.get_or_create(name="street")[0]
    rows.update({type(row): row for row in (entry, told, told.message, tried, blocked, health)})


def _desk(rows: dict, station, now: dt.datetime) -> None:
    """A scan of the parcel, and a count of the shelf that did not find it."""
    parcel = rows[parcels.Parcel]
    scan = Scan.objects.create(id=new_id(), task=Task.FIND, station=station, actor=OFFICE.id, number=parcel.waybill,
                               parcel=parcel, recorded_at=now, result=Result.OK)  # fmt: skip
    count = StockTake.objects.create(station=station, started_at=now, started_by=OFFICE.id)
    missing = StockTakeItem.objects.create(stock_take=count, parcel=parcel, difference=Difference.MISSING)
    rows.update({type(row): row for row in (scan, count, missing)})


def _office(street: Street, rows: dict, now: dt.datetime) -> None:
    """A dry run of the county's official, and of the neighbour county's."""
    official = street.cast["county_official" if rows is street.here else "neighbour_official"].user
    run = BulkRun.objects.create(
        action="station.suspend", state=BulkState.PLANNED, created_at=now, created_by=f"user:{official.pk}",
        area="620825000000" if rows is street.here else "620826000000",
    )  # fmt: skip
    rows[BulkRun] = run
    rows[BulkRow] = BulkRow.objects.create(run=run, object_id=str(rows[Station].pk))
    rows[RegisterImport] = RegisterImport.objects.create(
        kind="enterprise", stage=RegisterStage.DONE, file_name="名册.xlsx", sha256="0" * 64, why="建册", area=run.area,
        created_at=now, created_by=official, touched_at=now, done_at=now,
    )  # fmt: skip
    rows[RegisterRow] = RegisterRow.objects.create(run=rows[RegisterImport], line=2)


def _members(street: Street, now: dt.datetime) -> None:
    helper = make_user(1012, "王帮忙")
    street.here[Relation] = Relation.objects.create(
        principal=street.cast["villager"].user, helper=helper, asked_at=now, agreed_at=now
    )
    street.next_door[Relation] = Relation.objects.create(
        principal=street.cast["keeper_next_door"].user, helper=helper, asked_at=now, agreed_at=now
    )
    rule = parcels.TimerRule.objects.get_or_create(kind=TimerKind.values[0], defaults={"hours": 48})[0]
    word = parcels.KnownWord.objects.create(kind="event", word="HOMEWARD", meaning="READY_FOR_PICKUP")
    cursor = parcels.ConsumerCursor.objects.create(name="street")
    tally = parcels.OpenTally.objects.order_by("pk").first()  # the parcels of the street left it
    year = PublishedYear.objects.create(year=2026, source="street", published_on=now.date())
    for side in (street.here, street.next_door):
        side[DivisionAlias] = DivisionAlias.objects.create(division=side[Station].division, name="Yuejin")
    street.here.update({type(row): row for row in (rule, word, cursor, tally, year)})
