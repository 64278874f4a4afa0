"""A place is found by whatever people know of it; a name that fits several places brings all of them."""

import pytest

from portal.core.errors import BadInput, NotFound
from portal.regions.selectors import public_division, search_divisions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counties")]
COUNTY = "620825"


@pytest.mark.parametrize(
    "query",
    [
        "何马", "何马村", "何马村委会", "何马村村民委员会", " 何 马 ", "620825100208", "６２０８２５１００２０８",
        "hemacun", "hema", "HMC", "hmc", "ＨＭＣ",
        "何ma村", "he ma cun", "he'ma",
    ],
)  # fmt: skip
def test_a_village_is_found_by_name_code_pinyin_and_initials(query):
    assert "620825100208" in [place.code for place in search_divisions(query, within=COUNTY)]


@pytest.mark.parametrize("query", ["何马", "hemacun", "620825100208", "何ma村", "何马村委会"])
def test_the_best_match_comes_first(query):
    assert search_divisions(query, within=COUNTY)[0].code == "620825100208"


def test_a_repeated_name_returns_every_place_with_its_township():
    found = [p for p in search_divisions("李庄", within=COUNTY) if p.short_name == "李庄村"]
    assert len(found) > 1
    assert all(place.repeats for place in found)
    assert len({place.path[-1] for place in found}) == len(found)
    assert all(place.path[:3] == ("甘肃省", "平凉市", "庄浪县") for place in found)


def test_a_town_and_a_street_office_of_one_name_are_both_there():
    assert {p.name for p in search_divisions("水洛", within=COUNTY)[:2]} == {"水洛镇", "水洛街道"}


def test_within_keeps_the_neighbour_out():
    assert {p.prefix[:6] for p in search_divisions("李庄", within=COUNTY, limit=50)} == {COUNTY}
    assert {p.prefix[:6] for p in search_divisions("新城", limit=50)} > {"620826"}


def test_a_code_prefix_lists_what_is_below():
    found = search_divisions("6208251", within=COUNTY, limit=50)
    assert found
    assert all(place.code.startswith("6208251") for place in found)


def test_fillers_of_the_register_are_no_part_of_an_address():
    assert search_divisions("东城区")[0].path == ("北京市",)


@pytest.mark.parametrize(
    "query", ["", "   ", "'; drop table", "%", "_", "\\", "\x00", "<script>", "🚚", "../../etc", "'"]
)
def test_odd_input_finds_nothing_and_breaks_nothing(query):
    assert search_divisions(query, within=COUNTY) == []


def test_limits():
    assert len(search_divisions("村", within=COUNTY, limit=5)) == 5
    assert len(search_divisions("村", within=COUNTY, limit=10_000)) == 50
    with pytest.raises(BadInput):
        search_divisions("村" * 61)
    with pytest.raises(BadInput):
        search_divisions("村", within="x")


def test_a_search_takes_two_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        search_divisions("李庄", limit=50)


def test_one_division_by_code():
    assert public_division("620825100208000"[:12]).name == "何马村委会"
    assert public_division("620825").name == "庄浪县"
    with pytest.raises(NotFound):
        public_division("620825100299")
