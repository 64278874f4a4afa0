"""The demo county: complete, consistent with its own log, and never in the way of what people changed."""

import datetime as dt
from io import StringIO

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from logistics.desk.models import StockTake
from logistics.parcels.lookup import open_with_digits, read_number
from logistics.parcels.models import (
    Bag,
    DoorDelivery,
    Event,
    Handover,
    ImportBatch,
    KnownWord,
    Parcel,
    ParcelContact,
    PickupCode,
    RefusedEvent,
    SenderAnswer,
)
from logistics.parcels.services.rebuild import differences
from logistics.parcels.states import Issue, Stage
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import StationKind
from members.access.states import Permission
from members.accounts.models import User
from portal.audit.models import AuditEntry
from portal.public.demo import cast, guide, journeys, people, sent_files
from portal.public.demo.load import load
from portal.regions.addresses import resolve_village
from portal.regions.models import Division, DivisionAlias

pytestmark = pytest.mark.django_db
SMALL = {"days": 4, "count": 60}
NOW = timezone.now()


def silent(line):
    """Progress is for people."""


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Loaded once; every test works on top of it and is rolled back to it."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            load(now=NOW, say=silent, **SMALL)
            yield
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _on_top_of_the_demo(demo, db):
    return None


def test_the_whole_network_is_there():
    kinds = dict.fromkeys(StationKind, 0)
    for kind in Station.objects.values_list("kind", flat=True):
        kinds[kind] += 1
    assert (kinds[StationKind.HUB], kinds[StationKind.TOWNSHIP]) == (1, 19)
    assert 50 <= kinds[StationKind.VILLAGE] <= 70
    assert sorted(Enterprise.objects.values_list("kind", flat=True)) == ["bus", *["carrier"] * 5]
    assert set(Enterprise.objects.filter(kind="carrier").values_list("kuaidi100_code", flat=True)) == {
        "zhongtong", "yuantong", "yunda", "shunfeng", "youzhengguonei",
    }  # fmt: skip


def test_what_is_made_up_says_so():
    assert not Station.objects.exclude(name__contains="演示").exists()
    assert not Enterprise.objects.exclude(name__contains="演示").exists()
    assert not Station.objects.filter(illustrative=False).exists()
    contacts = ParcelContact.objects.all()
    assert contacts.filter(phone="", relay="").count() == 2  # the shops hid most of them
    phones = {phone for pair in contacts.values_list("phone", "relay") for phone in pair if phone}
    phones |= set(User.objects.values_list("phone", flat=True))
    assert all(phone.startswith(cast.PHONE_BLOCK) for phone in phones)


def test_every_station_has_a_point_of_its_own_near_the_county():
    county = Division.objects.get(prefix=cast.COUNTY)
    points = list(Station.objects.values_list("longitude", "latitude"))
    assert len(set(points)) == len(points)
    assert all(abs(x - county.longitude) < 0.25 and abs(y - county.latitude) < 0.2 for x, y in points)


def test_parcels_stand_in_every_stage_and_trouble():
    stages = set(Parcel.objects.values_list("stage", flat=True))
    rare = {Stage.LOST, Stage.CANCELLED, Stage.AWAITING, Stage.RETURNED, Stage.TO_VILLAGE, Stage.CREATED}  # by chance
    assert set(Stage) - rare <= stages
    troubles = {issue for parcel in Parcel.objects.exclude(issues=[]) for issue in parcel.issues}
    assert {Issue.HELD, Issue.NO_UPDATE, Issue.DAMAGED, Issue.UNREACHABLE, Issue.COUNT_MISMATCH} <= troubles
    assert set(Handover.objects.values_list("state", flat=True)) == {"pending", "confirmed", "disputed"}
    assert set(Bag.objects.values_list("state", flat=True)) == {"open", "sealed"}
    assert set(RefusedEvent.objects.values_list("code", flat=True)) == {"unknown_parcel", "out_of_scope"}
    assert Parcel.objects.filter(numbers__kind="successor").exists()
    assert Parcel.objects.filter(return_of__isnull=False).count() == 1
    assert Parcel.objects.filter(corrected=True).count() == 1


def test_the_work_pages_have_a_running_day_to_show():
    driver, courier = people.actor("driver"), people.actor("courier")
    assert Parcel.objects.filter(custody_kind="person", custody_ref=driver.id, closed_at=None).count() == 3
    assert Handover.objects.filter(to_ref=driver.id, state="pending").count() == 1
    out = Parcel.objects.filter(custody_ref=courier.id, stage=Stage.OUT_FOR_DELIVERY)
    assert sorted(parcel.issues for parcel in out) == [[], [], [Issue.ATTEMPT_FAILED]]
    assert sorted(DoorDelivery.objects.values_list("proof", flat=True)) == ["code", "photo"]
    take = StockTake.objects.get()
    assert (take.state, set(take.items.values_list("difference", flat=True))) == ("done", {"", "missing", "extra"})
    assert Parcel.objects.filter(direction="UP", closed_at=None).exists()


def test_nothing_lies_in_the_future_and_the_last_events_are_of_today():
    newest = Event.objects.order_by("-occurred_at").first()
    assert NOW - dt.timedelta(hours=6) < newest.occurred_at <= NOW
    assert not Parcel.objects.filter(first_event_at__lt=NOW - dt.timedelta(days=9)).exists()


def test_the_stored_projections_are_what_the_log_adds_up_to():
    assert list(differences()) == []


def test_what_waits_has_a_code():
    waiting = Parcel.objects.filter(stage=Stage.READY_FOR_PICKUP, corrected=False)
    assert waiting.count() >= 3
    assert not waiting.filter(pickup_code=None).exists()
    assert PickupCode.objects.filter(used_at__isnull=False).count() == 2


def test_the_personas_may_what_their_role_may():
    assert people.actor("keeper").may(Permission.STATION_GIVE_OUT)
    assert people.actor("county_official").scope(Permission.PEOPLE_GRANT).divisions == {cast.COUNTY}
    assert not people.actor("villager").may(Permission.PARCEL_VIEW)
    assert cast.phone(1) in people.actor("relative").scope(Permission.OWN_PARCELS).phones


def test_a_second_load_adds_nothing_and_keeps_what_people_changed():
    home = cast.village_station(cast.HOME_VILLAGE)
    Station.objects.filter(code=home).update(name="何马新站", hours="07:00-20:00")
    Enterprise.objects.filter(code="demo-zto").update(short_name="中通改名")
    keeper = User.objects.get(phone=people.persona("keeper").phone)
    keeper.set_password("a-password-of-my-own")
    keeper.stationuserobjectpermission_set.all().delete()
    keeper.save()
    Parcel.objects.filter(stage=Stage.LINEHAUL).update(shelf="改过")
    models = (Station, Enterprise, User, Parcel, Event, AuditEntry, Division, Handover, RefusedEvent)
    before = {model: list(model.objects.order_by("pk").values()) for model in models}
    assert load(now=NOW + dt.timedelta(hours=5), say=silent, **SMALL) is False
    for model in models:
        assert list(model.objects.order_by("pk").values()) == before[model], model.__name__


def test_a_station_that_is_missing_comes_back_alone():
    before = Station.objects.count()
    code = cast.village_station(cast.NEXT_VILLAGE)
    Station.objects.filter(code=code).update(code="renamed-by-somebody")
    load(now=NOW, say=silent, **SMALL)
    assert Station.objects.count() == before + 1
    assert Station.objects.filter(code="renamed-by-somebody").exists()


def test_accounts_are_printed_with_a_password_that_opens_them():
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    for person in cast.CAST:
        (line,) = [line for line in out.getvalue().splitlines() if line.strip().startswith(person.phone[3:])]
        assert check_password(line.split()[1], User.objects.get(phone=person.phone).password)
    assert out.getvalue().count("TOTP") == 4
    assert people.secrets_file().stat().st_mode & 0o077 == 0


def test_a_changed_password_is_not_printed():
    user = User.objects.get(phone=cast.phone(1))
    user.set_password("a-password-of-my-own")
    user.save()
    (line,) = [line for line in people.accounts() if cast.phone(1)[3:] in line]
    assert "password changed" in line


def test_the_numbers_to_try_are_found_by_anyone(client):
    numbers = [line.split()[0] for line in guide.lines() if "last four" in line]
    assert len(numbers) >= 5
    for number in numbers:
        page = client.get(f"/t/{number}")
        assert page.status_code == 200
        assert number in page.content.decode()


def test_the_demo_is_not_for_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("load_demo")


@pytest.mark.parametrize("options", [{"days": 0}, {"parcels": 0}])
def test_an_empty_demo_is_refused(options):
    with pytest.raises(CommandError):
        call_command("load_demo", **options)


def test_pieces_and_phones_as_shops_send_them(demo):
    """Two of three pieces lie at the station; the digits printed for a relay and a hidden phone open theirs."""
    pieces = Parcel.objects.get(demo=True, pieces=journeys.PIECES)
    assert pieces.piece_rows.filter(given_at=None).count() == journeys.PIECES_HERE
    lines = "\n".join(guide.lines())
    assert f"{pieces.carrier_number}  尾号" in lines
    for phone in journeys.PHONES.values():
        (line,) = [line for line in lines.splitlines() if f"last four {phone[-4:]} " in line]
        opened = open_with_digits(read_number(line.split()[0]), phone[-4:], NOW)
        (parcel,) = Parcel.objects.filter(pk__in=opened.parcel_ids)
        assert (parcel.stage, parcel.contacts.get(role="recipient").phone) == (Stage.READY_FOR_PICKUP, "")


def test_files_show_warnings_and_questions_and_the_county_has_words_of_its_own():
    warned, waiting = ImportBatch.objects.order_by("pk")
    assert (warned.state, warned.accepted, warned.warned) == ("done", 3, 2)
    assert (waiting.state, waiting.accepted, waiting.asked) == ("done", 1, 3)
    assert set(SenderAnswer.objects.values_list("kind", "value")) == {
        ("carrier", "飞马快运"),
        ("address", sent_files.NOWHERE),
    }
    assert waiting.unread_columns == ["订单编号", "买家留言"]
    assert KnownWord.objects.filter(word="庄浪中通", meaning="zhongtong").exists()
    alias = DivisionAlias.objects.select_related("division").get()
    village = Division.objects.filter(parent=alias.division).order_by("code").first()
    assert resolve_village(f"{alias.name}{village.name}", within=cast.COUNTY).village.code == village.code
