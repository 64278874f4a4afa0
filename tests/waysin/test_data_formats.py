"""docs/data-formats.md is true: its example runs, its tables are those of the code."""

import re
from pathlib import Path

import pytest
from django.utils import timezone

from logistics.parcels.kuaidi100.codes import MAIN, SUB
from logistics.parcels.models import Parcel
from logistics.parcels.services.imports.columns import EVENT_COLUMNS, PARCEL_COLUMNS
from logistics.parcels.services.imports.run import TASK
from logistics.parcels.states import EVENT_LABELS, RANKS, Direction, Refusal
from portal.celery import app
from portal.schedules import SCHEDULES

PAGE = (Path(__file__).parents[2] / "docs" / "data-formats.md").read_text("utf-8")


def cells(heading):
    """The rows of the first table after a heading."""
    table = re.search(r"\n\n(\|.*?)\n\n", PAGE[PAGE.index(heading) :], re.S)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@pytest.mark.django_db(transaction=True)
def test_the_example_client_works(live_server, carrier_system):
    example: dict = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.S)[1], example)
    who = (live_server.url, carrier_system.device.code, carrier_system.secret)
    parcel = {"carrier": "zto", "carrier_number": "773000000001", "destination": "620825100208"}
    status, answer = example["announce"](*who, [parcel])
    assert (status, answer["accepted"]) == (200, 1)
    now = timezone.now().isoformat()
    event = {"id": "1", "number": "773000000001", "code": "COLLECTED", "at": now}
    assert example["report"](*who, [event], now)[1]["accepted"] == 1
    assert example["report"](*who, [event], now)[1]["duplicates"] == [0]
    assert Parcel.objects.get().stage == "COLLECTED"
    assert example["report"](who[0], who[1], "wrong", [event], now)[0] == 401


def test_the_code_table_has_every_code_and_its_rank():
    listed = {}
    for codes, _meaning, down, up in cells("### Event codes"):
        for code in re.findall(r"`(\w+)`", codes):
            listed[code] = (int(down) if down else None, int(up) if up else None)
    ranked = {c for ranks in RANKS.values() for c in ranks}
    assert set(listed) == {str(c) for c in ranked}
    for code, ranks in listed.items():
        assert ranks == (RANKS[Direction.DOWN].get(code), RANKS[Direction.UP].get(code)), code
    assert [code for code in EVENT_LABELS if f"`{code}`" not in PAGE] == []


def test_the_reasons_of_refusal_are_all_told():
    assert [r for r in Refusal.values if f"`{r}`" not in PAGE] == []


def test_the_kuaidi100_table_is_that_of_the_code():
    listed = {}
    for line in cells("All of `polling`"):
        for states, code in (line[0:2], line[3:5]):
            for state in re.findall(r"\d+", states):
                listed[state] = re.search(r"`(\w+)`", code)[1]
    assert listed == {state: str(m.code) for state, m in {**SUB, **MAIN}.items()}


def test_the_columns_named_are_those_that_are_read():
    first = [names[0] for columns in (PARCEL_COLUMNS, EVENT_COLUMNS) for names in columns.values()]
    told = PAGE[PAGE.index("Column names in Chinese") :]
    required = [PARCEL_COLUMNS["carrier_number"][0], *(EVENT_COLUMNS[f][0] for f in ("number", "code", "at"))]
    assert [name for name in required if name not in told] == []
    assert len(first) == len(PARCEL_COLUMNS) + len(EVENT_COLUMNS)


def test_the_worker_knows_the_tasks_by_the_names_they_are_sent_with():
    app.loader.import_default_modules()
    assert TASK in app.tasks
    assert {schedule.task for schedule in SCHEDULES if "import" in schedule.task} <= set(app.tasks)
