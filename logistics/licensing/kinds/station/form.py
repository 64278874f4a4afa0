"""What a station fills in, hands in, and is checked for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds.enterprise.form import hotline
from logistics.licensing.kinds.spec import Evidence, Field, Item, Type
from logistics.registry.states import Equipment, StationKind, StationService

WHERE, OPEN, FITTED, WHO = _("站点"), _("营业"), _("设施与服务"), _("负责人")
INDOORS = tuple(kind.value for kind in StationKind if kind != StationKind.LOCKER)

FIELDS: tuple[Field, ...] = (
    Field("name", _("站点名称"), help=_("例如“何马村站”。"), least=2, group=WHERE),
    Field("kind", _("站点类型"), Type.CHOICE, choices=tuple(StationKind.choices), group=WHERE),
    Field("division", _("所在地"), Type.PLACE, help=_("县、乡镇或村。"), group=WHERE),
    Field("address", _("详细地址"), most=160, help=_("门牌号，或找得到的说法，例如“村委会院内”。"), group=WHERE),
    Field("point", _("地图上的位置"), Type.POINT, help=_("在地图上点选，或填“经度,纬度”。"), group=WHERE),
    Field(
        "parent", _("上级站点代码"), Type.PARTY, required=False, suggest="stations", most=24, group=WHERE,
        help=_("不清楚可以不填，按所在地自动确定。"),
    ),
    Field("hours", _("营业时间"), Type.HOURS, help=_("例如“08:30-18:30”或“周一至周五 08:00-18:00”。"), group=OPEN),
    Field("phone", _("站点电话"), most=20, help=_("向公众公开。"), group=OPEN, check=hotline),
    Field("capacity", _("可存件数"), Type.NUMBER, most=100_000, help=_("货架上最多放得下多少件。"), group=FITTED),
    Field("area", _("面积（平方米）"), Type.NUMBER, most=100_000, only_if=("kind", INDOORS), group=FITTED),
    Field("services", _("服务项目"), Type.CHOICES, choices=tuple(StationService.choices), group=FITTED),
    Field("equipment", _("设备"), Type.CHOICES, required=False, choices=tuple(Equipment.choices), group=FITTED),
    Field("premises", _("场地"), Type.CHOICE, choices=(("owned", _("自有")), ("leased", _("租用"))), group=FITTED),
    Field("lease_from", _("租期自"), Type.DATE, only_if=("premises", ("leased",)), group=FITTED),
    Field("lease_until", _("租期至"), Type.DATE, only_if=("premises", ("leased",)), group=FITTED),
    Field("contact_name", _("负责人"), most=40, personal=True, group=WHO),
    Field("contact_phone", _("负责人手机"), Type.MOBILE, personal=True, group=WHO),
    Field(
        "bank_card", _("收款银行卡"), Type.BANK_CARD, required=False, secret=True, personal=True, group=WHO,
        help=_("用来结算站点补贴和派件费，没有可以以后再补。"),
    ),
)  # fmt: skip
DOCUMENTS: tuple[Evidence, ...] = (
    Evidence("front", _("门头照片"), _("从路上能看到的样子。"), most=3),
    Evidence("inside", _("室内或柜体照片"), _("货架、监控和灭火器都要拍到。"), most=5),
    Evidence("lease", _("场地证明"), _("租赁合同，或村委会、房主同意使用的证明。"), only_if=("premises", ("leased",))),
    Evidence("mandate", _("企业授权书"), _("代表运营企业申请、又不是企业管理员时提供。"), required=False, most=2),
)
CHECKLIST: tuple[Item, ...] = (
    Item("place_free", _("50 米内没有别的站点"), automatic=True),
    Item("lease_in_force", _("场地租期没有结束"), automatic=True),
    Item("parent_found", _("上级站点可以确定"), automatic=True),
    Item("place_agrees", _("地图位置、地址与照片相符")),
    Item("fitted", _("货架、监控、灭火器等设施符合要求")),
    Item("keeper_reached", _("负责人电话已接通，本人知情")),
)
FACTS: dict[str, Any] = {
    "code": _("站点代码"),
    "kind": _("站点类型"),
    "place": _("所在地"),
    "address": _("地址"),
    "services": _("服务项目"),
    "operator": _("运营企业"),
}
EXAMPLE: dict[str, Any] = {
    "name": "示例村级站", "kind": "village", "address": "村委会院内", "point": "106.050000,35.210000",
    "hours": "08:30-18:30", "phone": "0933-6620055", "capacity": 120, "services": ["pickup", "sending"],
    "equipment": ["scanner"], "contact_name": "何守站", "contact_phone": "13809330056",
}  # fmt: skip
