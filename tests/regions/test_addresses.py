"""An address leads to its village, or to the question which one: never to a silent guess."""

import pytest

from portal.core.errors import BadInput
from portal.regions.addresses import LoadedGazetteer, resolve_village
from portal.regions.models import Division, DivisionAlias
from portal.regions.selectors import search_divisions
from portal.regions.services import mark_repeats

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counties")]
COUNTY = "620825"
HEMA = "620825100208"


@pytest.mark.parametrize(
    "text",
    [
        "庄浪县水洛镇何马村3社", "甘肃省平凉市庄浪县水洛镇何马村3社12号", "水洛镇何马村", "何马村", "何马",
        "水洛何马", "庄浪 水洛镇 何马村委会",
        "庄浪县水洛镇何马村民委员会", "庄浪县何马村", "平凉庄浪县水洛镇何马村３社",
    ],
)  # fmt: skip
def test_a_clear_address_is_certain(text):
    resolution = resolve_village(text, within=COUNTY)
    assert resolution.certain
    assert resolution.village.code == HEMA
    assert resolution.question == ""


def test_what_follows_the_village_is_kept():
    assert resolve_village("庄浪县水洛镇何马村3社12号", within=COUNTY).rest == "3社12号"


def test_a_repeated_name_is_asked_back_with_every_township():
    resolution = resolve_village("庄浪县李庄村5号", within=COUNTY)
    assert not resolution.certain
    assert resolution.village is None
    assert (
        len(resolution.candidates)
        == Division.objects.filter(prefix__startswith=COUNTY, short_name="李庄村").count()
        > 1
    )
    assert str(len(resolution.candidates)) in resolution.question


def test_the_township_settles_a_repeated_name():
    for candidate in resolve_village("李庄村", within=COUNTY).candidates:
        resolution = resolve_village(f"庄浪县{candidate.path[-1]}李庄村", within=COUNTY)
        assert resolution.certain
        assert resolution.village.code == candidate.code


def test_a_town_and_a_street_office_of_one_name_do_not_settle_each_other():
    resolution = resolve_village("水洛东关村", within=COUNTY)
    assert {c.path[-1] for c in resolution.candidates} <= {"水洛镇", "水洛街道"}


def test_the_wrong_township_is_pointed_out():
    resolution = resolve_village("南湖镇何马村", within=COUNTY)
    assert not resolution.certain
    assert [c.code for c in resolution.candidates] == [HEMA]
    assert "没有这个村" in resolution.question


def test_the_wrong_county_is_pointed_out():
    resolution = resolve_village("静宁县何马村", within=COUNTY)
    assert not resolution.certain
    assert HEMA in [c.code for c in resolution.candidates]


def test_a_town_is_not_taken_for_the_village_of_its_name():
    village = Division.objects.get(prefix__startswith=COUNTY, short_name="大庄村", parent__name="南湖镇")
    other = Division.objects.filter(prefix__startswith=COUNTY, parent__name="大庄镇", repeats=False).first()
    resolution = resolve_village(f"大庄镇{other.short_name}", within=COUNTY)
    assert village.code not in [c.code for c in resolution.candidates]
    assert resolution.village.code == other.code


def test_a_longer_name_is_not_cut_to_a_shorter_one():
    Division.objects.create(
        code="620825100298", prefix="620825100298", level=12, kind="villagers", name="上何马村委会",
        short_name="上何马村",
        pinyin="shanghemacun", initials="shmc", parent_id="620825100000",
    )  # fmt: skip
    assert resolve_village("水洛镇上何马村", within=COUNTY).village.name == "上何马村委会"
    assert resolve_village("水洛镇何马村", within=COUNTY).village.code == HEMA


def test_a_single_candidate_whose_name_repeats_elsewhere_is_still_asked():
    """Two villages of one name, the text cut to one of them by nothing but luck: ask."""
    Division.objects.filter(prefix=HEMA).update(repeats=True)
    resolution = resolve_village("何马村", within=COUNTY)
    assert not resolution.certain
    assert "水洛镇" in resolution.question
    mark_repeats(COUNTY)
    assert resolve_village("何马村", within=COUNTY).certain


@pytest.mark.parametrize("text", ["北京市东城区东直门", "水洛镇", "3社", "!!!", "<script>alert(1)</script>", "%%"])
def test_no_village_in_the_text(text):
    resolution = resolve_village(text, within=COUNTY)
    assert not resolution.certain
    if text != "水洛镇":
        assert resolution.candidates == ()
    assert resolution.question


def test_nothing_or_too_much_is_refused():
    for text in ("", "  ", "村" * 201):
        with pytest.raises(BadInput):
            resolve_village(text, within=COUNTY)


def test_every_village_of_the_county_is_found_by_its_full_address():
    """All 305: the right one is certain, or among the candidates when the township holds two of the name."""
    wrong, asked = [], 0
    for place in Division.objects.filter(prefix__startswith=COUNTY, level=12).select_related("parent"):
        resolution = resolve_village(f"庄浪县{place.parent.name}{place.name}1号", within=COUNTY)
        if not resolution.certain:
            asked += 1
        if place.code not in [c.code for c in resolution.candidates] or (
            resolution.certain and resolution.village.code != place.code
        ):
            wrong.append(f"{place.parent.name}{place.name}")
    assert wrong == []
    assert asked <= 6


@pytest.mark.parametrize(
    "text",
    ["朱店乡何马村", "庄浪县城关镇何马村", "甘肃平凉南湖乡何马村", "庄浪县朱店乡何马村3社", "静宁县城关镇何马村",
     "幸福何马村", "庄浪县南湖镇何马村"],
)  # fmt: skip
def test_what_stands_before_the_village_and_does_not_fit_is_asked(text):
    """A township that contradicts the village, known or not, is never passed over to find it."""
    resolution = resolve_village(text, within=COUNTY)
    assert not resolution.certain
    assert HEMA in [c.code for c in resolution.candidates]
    assert resolution.question


def test_an_old_name_is_the_place_that_bears_the_new_one():
    text = "庄浪县幸福公社何马村"
    assert not resolve_village(text, within=COUNTY).certain
    DivisionAlias.objects.create(division_id="620825100000", name="幸福公社")
    DivisionAlias.objects.create(division_id=HEMA, name="跃进大队")
    assert resolve_village(text, within=COUNTY).village.code == HEMA
    assert resolve_village("庄浪县幸福公社跃进大队5号", within=COUNTY).village.code == HEMA
    wrong = resolve_village("南湖镇跃进大队", within=COUNTY)
    assert not wrong.certain
    assert [c.code for c in wrong.candidates] == [HEMA]
    assert [f.code for f in search_divisions("幸福公社")] == ["620825100000"]
    assert HEMA in [f.code for f in search_divisions("跃进")]


def test_a_file_of_addresses_is_resolved_as_each_of_them_and_asks_the_database_nothing(django_assert_num_queries):
    DivisionAlias.objects.create(division_id="620825100000", name="幸福公社")
    texts = ["庄浪县水洛镇何马村3社", "李庄村", "南湖镇何马村", "静宁县何马村", "幸福公社何马村", "北京市东城区",
             "大庄镇", "水洛何马", "甘肃省 平凉市 庄浪县 水洛镇 何马村3社(000000)"]  # fmt: skip
    texts += [f"{place.parent.name}{place.name}" for place in Division.objects.filter(
        prefix__startswith=COUNTY, level=12).select_related("parent")[::7]]  # fmt: skip
    each = [resolve_village(text, within=COUNTY) for text in texts]
    places = LoadedGazetteer(COUNTY)
    with django_assert_num_queries(0):
        together = [resolve_village(text, within=COUNTY, places=places) for text in texts]
    for one, other in zip(each, together, strict=True):
        assert (one.certain, one.question, one.rest) == (other.certain, other.question, other.rest)
        assert {c.code for c in one.candidates} == {c.code for c in other.candidates}
