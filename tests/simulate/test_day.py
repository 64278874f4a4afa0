"""A simulated county day: what was done and what the portal shows agree, whatever goes wrong on the way."""

from __future__ import annotations

import dataclasses
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from logistics.parcels.models import Event, Parcel, RefusedEvent
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.rebuild import differences
from logistics.parcels.states import CorrectionReason, Stage
from portal.public.demo import cast
from portal.public.simulate.check import compare
from portal.public.simulate.ledger import standing
from portal.public.simulate.plan import FAULTS, draw, faults_of
from tests.simulate.conftest import CUTS, WILD

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]


@pytest.fixture(autouse=True)
def _on_top_of_the_day(county, db):
    return None


def agrees(result) -> bool:
    assert result.ledger.surprises == []
    assert result.comparison.wrong == []
    assert [row for row in result.comparison.rows if row[1] != row[2]] == []
    return result.agrees


def test_a_day_with_all_mishaps_agrees_with_the_portal_although_it_was_cut_off_again_and_again(wild_day):
    assert agrees(wild_day.result)
    assert wild_day.result.resumed
    assert len(wild_day.cuts) >= len(CUTS) - 3  # nobody was refused, or nothing lay on a shelf, in this small day
    assert list(differences()) == []


def test_every_mishap_happened(wild_day):
    acts = wild_day.result.ledger.acts
    for act in (
        "scans forgotten", "scans sent late", "terminal scans sent twice", "page scans: read twice",
        "batches out of order", "parcels at a wrong station", "handovers disputed",
        "parcels refused and on their way back", "return shipments", "terminal scans with a wrong clock",
        "unknown barcodes", "consents recorded", "doorstep attempts failed", "terminal scans refused: unknown_parcel",
        "terminal scans refused: out_of_scope", "wrong pickup code refused",
        "upstream parcels handed to their carrier", "shelves counted", "files imported",
    ):  # fmt: skip
        assert acts[act] > 0, act


def test_its_parcels_are_marked_as_demo_data_and_carry_no_real_phone(wild_day):
    numbers = [item.number for item in wild_day.result.day.plan.items]
    parcels = Parcel.objects.filter(carrier_number__in=numbers)
    assert parcels.count() == parcels.filter(demo=True).count() == len(numbers)
    phones = set(parcels.values_list("contacts__phone", flat=True))
    assert all(phone.startswith(cast.PHONE_BLOCK) for phone in phones)


def test_the_day_lies_in_the_past_and_runs_from_morning_to_evening(wild_day):
    times = Event.objects.filter(parcel__carrier_number__in=[i.number for i in wild_day.result.day.plan.items])
    today = times.exclude(code__in=[Stage.COLLECTED, Stage.LINEHAUL]).values_list("occurred_at", flat=True)
    assert max(today) < timezone.now()
    assert (max(today) - min(today)).total_seconds() > 8 * 3600


def test_refused_scans_are_kept_by_the_portal(wild_day):
    refused = sum(n for act, n in wild_day.result.ledger.acts.items() if act.startswith("terminal scans refused"))
    assert RefusedEvent.objects.filter(source_event_id__startswith="sim-").count() == refused


def test_it_notices_when_the_portal_shows_something_else(wild_day):
    day = wild_day.result.day
    delivered = next(i for i in day.plan.items if day.ledger.expected(i.n, i.up)[0] == Stage.DELIVERED)
    event = Event.objects.get(parcel__carrier_number=delivered.number, code=Stage.DELIVERED)
    reason = CorrectionReason.DID_NOT_OCCUR
    correct_event(event=event, reason=reason, actor=day.crew.official, now=timezone.now(), why="司机误点签收")
    found = compare(day)
    assert not found.agrees
    assert [line for line in found.wrong if delivered.number in line]


def test_the_command_tells_a_day_without_mishaps_and_ends_with_an_error_when_it_differs(
    settings, tmp_path, monkeypatch
):
    settings.VAR = tmp_path
    out = StringIO()
    call_command("simulate_day", parcels=20, seed=5, faults="none", stdout=out)
    told = out.getvalue()
    assert "20  parcels announced" in told
    assert "agrees" in told
    mishaps = ("refused", "forgotten", "late", "twice", "wrong", "dispute", "unknown", "broken", "failed", "order")
    done = told[told.index("Done") : told.index("Done and shown")]
    assert not [line for line in done.splitlines() if any(word in line for word in mishaps)]
    journal = tmp_path / "simulate" / "day-5.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8").replace('{"end": true}', ""), encoding="utf-8")
    monkeypatch.setattr("portal.public.simulate.ledger.standing", lambda facts, direction: ("LOST", ()))
    with pytest.raises(CommandError, match="something else"):
        call_command("simulate_day", parcels=20, seed=5, faults="none", stdout=out)
    assert "goes on after" in out.getvalue()
    assert "DIFFERS" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"parcels": 3}, "20"),
        ({"faults": "storms=1"}, "storms"),
        ({"faults": "missing=2"}, "missing"),
        ({"faults": "missing=often"}, "often"),
        ({"url": "nowhere", "parcels": 20}, "no address"),
    ],
)
def test_what_it_can_not_do_is_said(options, said):
    with pytest.raises(CommandError, match=said):
        call_command("simulate_day", stdout=StringIO(), **options)


def test_not_for_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("simulate_day")


# -- the plan and the ledger, without a portal ------------------------------------------------------------------

VILLAGES = [f"v{n}" for n in range(12)]


def plan(seed: int, run: str = "1"):
    above = {village: f"t{n % 3}" for n, village in enumerate(VILLAGES)}
    return draw(above=above, villages=VILLAGES, count=300, seed=seed, rates=WILD, run=run)


def test_the_same_seed_gives_the_same_day():
    assert plan(1) == plan(1)
    assert plan(1) != plan(2)
    moved = [dataclasses.replace(item, number="") for item in plan(1, run="2").items]
    assert moved == [dataclasses.replace(item, number="") for item in plan(1).items]
    assert not {i.number for i in plan(1).items} & {i.number for i in plan(1, run="2").items}


def test_mishaps_come_at_their_rates():
    share = sum("late" in item.faults for item in plan(1).items) / 300
    assert 0.15 < share < 0.35
    assert faults_of("none") == dict.fromkeys(FAULTS, 0.0)
    assert faults_of("late=0.5")["late"] == 0.5
    assert faults_of("late=0.5")["missing"] == FAULTS["missing"]


def test_where_a_parcel_stands_follows_from_what_was_done():
    hour = "2026-11-20T{:02d}:00:00+08:00".format
    assert standing([], "DOWN") == ("CREATED", ())
    late = [(hour(9), "AT_TOWN"), (hour(8), "AT_COUNTY"), (hour(10), "DAMAGED")]
    assert standing(late, "DOWN") == ("AT_TOWN", ("DAMAGED",))
    assert standing([*late, (hour(12), "DELIVERED"), (hour(13), "AT_TOWN")], "DOWN") == ("DELIVERED", ())
    astray = [(hour(9), "WRONG_STATION"), (hour(8), "TO_VILLAGE")]
    assert standing(astray, "DOWN") == ("TO_VILLAGE", ("WRONG_STATION",))
    assert standing([*astray, (hour(10), "TO_VILLAGE")], "DOWN") == ("TO_VILLAGE", ())
