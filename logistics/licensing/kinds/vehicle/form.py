"""What the holder of a vehicle fills in, hands in, and is checked for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds.spec import Evidence, Field, Item, Type
from logistics.registry.states import Ownership, PlateKind, VehicleType

WHAT, LOAD, PAPERS = _("车辆"), _("装载"), _("证件")
WITH_VIN = tuple(kind.value for kind in VehicleType if kind != VehicleType.TRICYCLE)

FIELDS: tuple[Field, ...] = (
    Field("plate_kind", _("号牌种类"), Type.CHOICE, choices=tuple(PlateKind.choices), group=WHAT),
    Field("plate", _("号牌号码"), Type.PLATE, most=10, help=_("例如 甘L12345。"), group=WHAT),
    Field("type", _("车辆类型"), Type.CHOICE, choices=tuple(VehicleType.choices), group=WHAT),
    Field("brand", _("厂牌型号"), most=40, help=_("照行驶证填写。"), group=WHAT),
    Field(
        "vin", _("车辆识别代号"), Type.VIN, only_if=("type", WITH_VIN), group=WHAT,
        help=_("行驶证上的 17 位代号。"),
    ),
    Field("division", _("常驻地"), Type.PLACE, help=_("县、乡镇或村。"), group=WHAT),
    Field("ownership", _("权属"), Type.CHOICE, choices=tuple(Ownership.choices), group=WHAT),
    Field("lease_from", _("租期自"), Type.DATE, only_if=("ownership", (Ownership.LEASED.value,)), group=WHAT),
    Field("lease_until", _("租期至"), Type.DATE, only_if=("ownership", (Ownership.LEASED.value,)), group=WHAT),
    Field("load_kg", _("核定载质量（千克）"), Type.NUMBER, most=50_000, group=LOAD),
    Field("volume_l", _("货厢容积（升）"), Type.NUMBER, most=200_000, help=_("1 立方米等于 1000 升。"), group=LOAD),
    Field("cold_box", _("有冷藏设备"), Type.BOOL, required=False, group=LOAD),
    Field("registered_on", _("注册登记日期"), Type.DATE, help=_("照行驶证填写。"), group=PAPERS),
    Field("insurance_from", _("交强险有效期自"), Type.DATE, group=PAPERS),
    Field("insurance_until", _("交强险有效期至"), Type.DATE, group=PAPERS),
    Field("inspection_until", _("检验有效期至"), Type.DATE, group=PAPERS),
)  # fmt: skip
DOCUMENTS: tuple[Evidence, ...] = (
    Evidence("vehicle_licence", _("行驶证"), _("正页和副页。"), most=3),
    Evidence("insurance", _("交强险保单"), most=3),
    Evidence("photo", _("车辆照片"), _("左前方 45 度，号牌看得清；货厢内部一张。"), most=4),
    Evidence("lease", _("租赁合同"), most=5, only_if=("ownership", (Ownership.LEASED.value,))),
    Evidence("road_permit", _("道路运输证"), _("总质量超过 4.5 吨的货车和客运班车提供。"), required=False, most=2),
)
CHECKLIST: tuple[Item, ...] = (
    Item("plate_free", _("号牌和识别代号没有被别的车辆登记"), automatic=True),
    Item("papers_in_force", _("交强险、检验和租期都在有效期内"), automatic=True),
    Item("licence_agrees", _("行驶证与填写的号牌、识别代号、所有人一致")),
    Item("load_agrees", _("载质量和容积与行驶证、照片相符")),
    Item("fit_for_parcels", _("货厢封闭完好，客运班车客货分开")),
)
FACTS: dict[str, Any] = {
    "plate": _("号牌号码"),
    "type": _("车辆类型"),
    "load": _("核定载质量"),
    "volume": _("货厢容积"),
    "cold_box": _("冷藏设备"),
    "operator": _("运营企业"),
    "place": _("常驻地"),
}
EXAMPLE: dict[str, Any] = {
    "plate_kind": "small", "plate": "甘L00055", "type": "van", "brand": "五菱宏光",
    "vin": "LGXC16DF1A0000055", "ownership": "owned", "load_kg": 700, "volume_l": 3500, "cold_box": False,
    "insurance_until": 300, "inspection_until": 300,
}  # fmt: skip
