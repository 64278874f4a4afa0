"""Who plays in the demo county. Phones: the persona's number in the block +86 1740 000 0xxx."""

from __future__ import annotations

from dataclasses import dataclass

from members.access.states import Role

COUNTY = "620825"
PHONE_BLOCK = "+861740000"
HOME_VILLAGE = "620825100208"  # 水洛镇何马村
NEXT_VILLAGE = "620825100200"
TOWNSHIP = "620825100"  # 水洛镇
HUB = "zl-hub"


def phone(number: int) -> str:
    """A demo phone; people of the cast have numbers below 1000, recipients and senders those above."""
    return f"{PHONE_BLOCK}{number:04d}"


def township_station(prefix: str) -> str:
    return f"zl-t{prefix[6:9]}"


def village_station(prefix: str) -> str:
    return f"zl-v{prefix[6:12]}"


@dataclass(frozen=True, slots=True)
class Persona:
    """`at` is the code of a station or an enterprise, or the prefix of a division; "" for plain members."""

    key: str
    number: int
    name: str
    who: str
    role: Role | None = None
    at: str = ""

    @property
    def phone(self) -> str:
        return phone(self.number)


CAST = (
    Persona("villager", 1, "王小明", "村民(有包裹)"),
    Persona("relative", 2, "王小红", "村民的亲属(已获同意)"),
    Persona("keeper", 11, "何守站", "何马村站站长", Role.KEEPER, village_station(HOME_VILLAGE)),
    Persona("keeper_next_door", 12, "李邻站", "邻村站站长", Role.KEEPER, village_station(NEXT_VILLAGE)),
    Persona("town_keeper", 13, "赵镇站", "水洛镇站站长", Role.KEEPER, township_station(TOWNSHIP)),
    Persona("hub_keeper", 14, "钱中心", "县级中心站长", Role.KEEPER, HUB),
    Persona("courier", 15, "孙快送", "水洛镇快递员", Role.COURIER, township_station(TOWNSHIP)),
    Persona("driver", 16, "马师傅", "县乡班线司机", Role.COURIER, HUB),
    Persona("hub_sorter", 17, "韩分拣", "县级中心分拣员", Role.KEEPER, HUB),
    Persona("enterprise_admin", 21, "周经理", "中通(演示)企业管理员", Role.ENTERPRISE_ADMIN, "demo-zto"),
    Persona("enterprise_staff", 22, "吴操作", "圆通(演示)操作员", Role.ENTERPRISE_STAFF, "demo-yto"),
    Persona("township_official", 31, "郑镇干", "水洛镇管理员", Role.TOWNSHIP_OFFICIAL, TOWNSHIP),
    Persona("county_official", 32, "冯县干", "县级管理员", Role.COUNTY_OFFICIAL, COUNTY),
    Persona("support", 33, "陈客服", "客服人员", Role.SUPPORT, COUNTY),
    Persona("administrator", 41, "褚系管", "系统管理员", Role.ADMINISTRATOR, COUNTY),
)


@dataclass(frozen=True, slots=True)
class Firm:
    code: str
    short: str
    kuaidi100: str
    hotline: str
    number: str  # how its waybill numbers begin
    digits: int  # and how many random digits follow


CARRIERS = (
    Firm("demo-zto", "中通", "zhongtong", "95311", "78", 12),
    Firm("demo-yto", "圆通", "yuantong", "95554", "YT", 13),
    Firm("demo-yunda", "韵达", "yunda", "95546", "43", 13),
    Firm("demo-sf", "顺丰", "shunfeng", "95338", "SF", 13),
    Firm("demo-post", "邮政", "youzhengguonei", "11183", "98", 11),
)
POST = "demo-post"
BUS = ("demo-bus", "庄浪县客运公司(演示)", "县客运")
