"""Codes by band and names as people say them."""

import pytest

from portal.core.errors import BadInput
from portal.regions import codes, names
from portal.regions.states import Kind, Level


@pytest.mark.parametrize(
    ("text", "prefix", "level", "kind"),
    [
        ("62", "62", Level.PROVINCE, Kind.PROVINCE),
        ("6208", "6208", Level.CITY, Kind.CITY),
        ("620825", "620825", Level.COUNTY, Kind.COUNTY),
        ("620825000000", "620825", Level.COUNTY, Kind.COUNTY),
        ("620825001", "620825001", Level.TOWNSHIP, Kind.STREET),
        ("620825100", "620825100", Level.TOWNSHIP, Kind.TOWN),
        ("620825215", "620825215", Level.TOWNSHIP, Kind.TOWNSHIP),
        ("110108400", "110108400", Level.TOWNSHIP, Kind.OTHER),
        ("620825100001", "620825100001", Level.VILLAGE, Kind.RESIDENTS),
        ("620825100208", "620825100208", Level.VILLAGE, Kind.VILLAGERS),
        ("110108023500", "110108023500", Level.VILLAGE, Kind.OTHER_VILLAGE),
        ("６２０８２５１００２０８", "620825100208", Level.VILLAGE, Kind.VILLAGERS),
    ],
)
def test_a_code_says_what_the_place_is(text, prefix, level, kind):
    code = codes.parse(text)
    assert (code.prefix, code.level, code.kind) == (prefix, level, kind)
    assert code.text == prefix.ljust(12, "0")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "只能由数字"),
        ("62082A", "只能由数字"),
        ("62082５' or 1=1", "只能由数字"),
        ("٦٢", "只能由数字"),
        ("6208251", "7 位"),
        ("000000", "省级代码"),
        ("990000", "省级代码"),
        ("620825600", "600"),
        ("620825999000", "999"),
    ],
)
def test_a_bad_code_is_refused_with_the_reason(text, says):
    with pytest.raises(BadInput) as refused:
        codes.parse(text)
    assert says in str(refused.value.message)
    assert "国家统计局" in str(refused.value.hint)


@pytest.mark.parametrize("text", ["62", "6208", "620825100", "620825100206"])
def test_only_a_county_can_be_loaded(text):
    with pytest.raises(BadInput) as refused:
        codes.county(text)
    assert refused.value.code == "not_a_county"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("何马村委会", "何马村"),
        ("何马村民委员会", "何马村"),
        ("何马村村民委员会", "何马村"),
        ("何马村", "何马村"),
        ("王庄村村委会", "王庄村"),
        ("巴彦嘎查村民委员会", "巴彦嘎查"),
        ("北城社区居委会", "北城社区"),
        ("多福巷社区居民委员会", "多福巷社区"),
        ("第一居民委员会", "第一居委会"),
        ("幸福社区", "幸福社区"),
        ("莫𡐓村委会", "莫𡐓村"),
        ("一连生活区", "一连生活区"),
    ],
)
def test_suffixes_of_the_register_lead_to_the_name_people_use(name, short):
    assert names.short_name(name, Level.VILLAGE) == short


def test_towns_keep_their_whole_name_because_a_street_office_may_share_it():
    assert names.short_name("水洛镇", Level.TOWNSHIP) == "水洛镇"
    assert names.short_name("水洛街道", Level.TOWNSHIP) == "水洛街道"


@pytest.mark.parametrize(
    ("short", "level", "core"),
    [
        ("何马村", Level.VILLAGE, "何马"),
        ("王村", Level.VILLAGE, "王村"),
        ("庄浪县", Level.COUNTY, "庄浪"),
        ("水洛街道", Level.TOWNSHIP, "水洛"),
        ("内蒙古自治区", Level.PROVINCE, "内蒙古"),
    ],
)
def test_the_core_is_what_nobody_leaves_out(short, level, core):
    assert names.core_name(short, level) == core


def test_pinyin_and_initials():
    assert names.pinyin("何马村") == "hemacun"
    assert names.initials("何马村") == "hmc"
    assert names.initials("重庆市") == "cqs"
    assert names.pinyin("莫𡐓村").startswith("mo")


def test_typed_text_is_cleaned():
    assert names.clean(" ＨＭ　c\x00\u200b") == "hmc"
    assert names.clean("万柳(集团)") == "万柳（集团）"
    assert names.clean("𡐓") == "𡐓"
