"""The tally of parcels on their way is what counting them gives, at every moment and whoever writes."""

from __future__ import annotations

import threading
from collections import Counter as Count

import pytest
from django.db import connection, transaction

from logistics.parcels.models import OpenTally, Parcel
from logistics.parcels.services.tally import add_up
from logistics.parcels.states import Issue, Stage
from tests.officials.conftest import quiet


def told() -> Count:
    """What the tally adds up to, by kind."""
    found: Count = Count()
    for area, station, way, stage, issues, parcels in OpenTally.objects.values_list(
        "area", "station_id", "direction", "stage", "issues", "parcels"
    ):
        found[area, station, way, stage, tuple(issues)] += parcels
    return Count({kind: count for kind, count in found.items() if count})


def counted() -> Count:
    rows = Parcel.objects.filter(closed_at=None)
    return Count(
        (area, station, way, stage, tuple(issues))
        for area, station, way, stage, issues in rows.values_list("area", "station_id", "direction", "stage", "issues")
    )


@pytest.mark.django_db
def test_each_way_of_writing_is_told(counter, keeper, world):
    counter.parcel()
    assert told() == counted()
    assert told().total() == 1
    waiting, _code = counter.waiting(keeper)
    late = quiet(counter)
    counter.scan(late, Issue.NO_UPDATE, hours=60)
    assert told() == counted()
    counter.scan(waiting, Stage.DELIVERED, hours=70, station=world.village)  # on its way no longer
    assert told() == counted()
    assert told().total() == 2
    Parcel.objects.update(shelf="9")  # nothing that is counted
    rows = OpenTally.objects.count()
    Parcel.objects.update(shelf="8")
    assert OpenTally.objects.count() == rows
    Parcel.objects.filter(pk=late.pk).update(area="620825999000")
    assert told() == counted()
    late.pk, late.waybill = None, "XN00000000COPY"
    late.save()  # past the services
    assert told() == counted()
    late.delete()
    assert told() == counted()
    assert told().total() == 2


@pytest.mark.django_db
def test_what_is_undone_leaves_nothing(counter):
    before = told()
    with transaction.atomic():
        counter.parcel()
        transaction.set_rollback(True)
    assert told() == before


@pytest.mark.django_db
def test_adding_up_changes_rows_and_no_sum(counter):
    for _parcel in range(3):
        counter.scan(counter.parcel(), Stage.AT_COUNTY, hours=1)
    before, rows = told(), OpenTally.objects.count()
    assert add_up()
    assert told() == before == counted()
    assert OpenTally.objects.count() == len(before) < rows
    assert add_up()
    assert OpenTally.objects.count() == len(before)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_scans_and_adding_up_at_once(counter, world):
    parcels = [counter.parcel() for _parcel in range(12)]
    begin = threading.Barrier(4)

    def work(part) -> None:
        try:
            begin.wait()
            for parcel in part:
                counter.scan(parcel, Stage.AT_COUNTY, hours=1, station=world.hub)
        finally:
            connection.close()

    def tidy() -> None:
        try:
            begin.wait()
            for _round in range(10):
                add_up()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(parcels[n::3],)) for n in range(3)] + [threading.Thread(target=tidy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told() == counted()
    assert told().total() == 12
    add_up()
    assert OpenTally.objects.count() == 1
