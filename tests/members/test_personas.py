"""The personas are what the other tests take them for."""

import pytest

from members.access.states import Permission


def test_keeper_holds_the_role_at_one_station_only(keeper, world):
    assert keeper.actor().scope(Permission.STATION_GIVE_OUT).stations == {world.village.pk}


@pytest.mark.parametrize("name", ["township_official", "county_official", "support", "administrator"])
def test_officials_work_only_after_the_second_factor(request, name):
    persona = request.getfixturevalue(name)
    assert persona.actor().may(Permission.PARCEL_VIEW)
    assert not persona.actor(second_factor=False).may(Permission.PARCEL_VIEW)


def test_scanner_acts_for_its_station(scanner, world):
    assert scanner.actor().scope(Permission.EVENT_RECORD).stations == {world.village.pk}
