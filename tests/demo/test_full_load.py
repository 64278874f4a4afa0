"""The figure that `./run` lives with: the whole demo county in under 20 seconds."""

import sys
import time

import pytest
from django.db import connection
from django.utils import timezone

from logistics.parcels.models import Event, Parcel
from logistics.parcels.services.rebuild import differences
from logistics.parcels.states import Stage
from portal.public.demo.load import PARCELS, load

LIMIT_SECONDS = 60  # the aim is 20 on an idle machine; a test machine is busy with other tests
LIMIT_STATEMENTS = 7_000


@pytest.mark.slow
@pytest.mark.django_db
def test_two_weeks_load_in_time_and_agree_with_their_log(record_property):
    statements = 0

    def count(execute, *arguments):
        nonlocal statements
        statements += 1
        return execute(*arguments)

    began = time.monotonic()
    with connection.execute_wrapper(count):
        load(now=timezone.now(), say=lambda line: None)
    seconds = time.monotonic() - began
    figures = (
        f"{Parcel.objects.count()} parcels, {Event.objects.count()} events, {seconds:.1f} s, {statements} statements"
    )
    record_property("demo county", figures)
    sys.stdout.write(f"\ndemo county: {figures}\n")
    assert Parcel.objects.count() >= PARCELS
    assert set(Parcel.objects.values_list("stage", flat=True)) == set(Stage)
    assert list(differences()) == []
    assert statements < LIMIT_STATEMENTS
    assert seconds < LIMIT_SECONDS
