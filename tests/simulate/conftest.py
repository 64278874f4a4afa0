"""The demo county's places and officials, without its two weeks of parcels; and one day that was played on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone

from portal.public.demo import cast, people, places
from portal.public.simulate.journal import Journal
from portal.public.simulate.plan import FAULTS, faults_of
from portal.public.simulate.run import Result, Settings, simulate
from portal.regions.services import load_county

# Every mishap, and often: a small day must see them all.
WILD = dict.fromkeys(FAULTS, 0.25) | {"dispute": 0.1, "refused": 0.15, "unordered": 0.8, "early": 0.6, "skew": 0.6}
# Acts after which the day is cut off: done, but not yet written down. Each is done again by the next run.
CUTS = ("announce:", "bag:", "offer:", "take:", "arrive:", "unload:", "open:", "give:", "astray:", "shelf:", "collect:",
        "refuse:", "door:", "nobody:", "late", "return:", "count:")  # fmt: skip


class Cut(Exception):
    """The machine was switched off."""


def silent(line):
    """Progress is for people."""


def play(*, count: int = 60, seed: int = 7, faults: str = "", rates=None, say=silent, **more) -> Result:
    wanted = Settings(count=count, seed=seed, rates=rates or faults_of(faults), **more)
    return simulate(settings=wanted, now=timezone.now(), say=say)


def build_county() -> None:
    load_county(cast.COUNTY, progress=silent)
    places.build(now=timezone.now())
    people.build(now=timezone.now())


@contextmanager
def _cut_before(act: str) -> Iterator[None]:
    """The day ends as soon as an act whose key begins with `act` wants to be written down."""
    keep = Journal.keep

    def cut(self, key, outcome):
        if key.startswith(act):
            raise Cut(key)
        keep(self, key, outcome)

    Journal.keep = cut
    try:
        yield
    finally:
        Journal.keep = keep


@dataclass(frozen=True)
class Played:
    result: Result
    cuts: list[str]


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker, tmp_path_factory):
    """Loaded once a module; every test works on top of it and is rolled back to it."""
    folder = tmp_path_factory.mktemp("county")
    before = django_settings.VAR, django_settings.MEDIA_ROOT
    django_settings.VAR, django_settings.MEDIA_ROOT = folder, folder / "media"
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            build_county()
            yield
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
            django_settings.VAR, django_settings.MEDIA_ROOT = before


@pytest.fixture(scope="module")
def wild_day(county, django_db_blocker) -> Played:
    """A day with all mishaps, that was also cut off after many of its acts."""
    cuts = []
    with django_db_blocker.unblock():
        for act in CUTS:
            with _cut_before(act):
                try:
                    return Played(play(rates=WILD), cuts)  # no act of this kind is left
                except Cut as cut:
                    cuts.append(str(cut))
        return Played(play(rates=WILD), cuts)
