"""What a courier or driver fills in, hands in, and is checked for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds.spec import Evidence, Field, Item, Type
from logistics.registry.states import CourierKind

WHO, LICENCE, WORK = _("本人"), _("驾驶证"), _("工作")
DRIVES = (CourierKind.DRIVER.value,)
CLASSES = ("A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3", "C4", "C5", "C6", "D", "E", "F")

FIELDS: tuple[Field, ...] = (
    Field("kind", _("申请类型"), Type.CHOICE, choices=tuple(CourierKind.choices), group=WHO),
    Field("name", _("姓名"), most=40, personal=True, help=_("与身份证一致。"), group=WHO),
    Field("id_number", _("身份证号"), Type.ID_NUMBER, secret=True, personal=True, group=WHO),
    Field("phone", _("手机号"), Type.MOBILE, personal=True, group=WHO),
    Field("division", _("工作地点"), Type.PLACE, help=_("县、乡镇或村。"), group=WORK),
    Field("working_since", _("从业日期"), Type.DATE, required=False, group=WORK),
    Field(
        "licence_class", _("准驾车型"), Type.CHOICE, only_if=("kind", DRIVES), group=LICENCE,
        choices=tuple((name, name) for name in CLASSES),
    ),
    Field("licence_from", _("驾驶证有效期自"), Type.DATE, only_if=("kind", DRIVES), group=LICENCE),
    Field(
        "licence_until", _("驾驶证有效期至"), Type.DATE, only_if=("kind", DRIVES), group=LICENCE,
        help=_("长期有效的填 2099-12-31。"),
    ),
)  # fmt: skip
DOCUMENTS: tuple[Evidence, ...] = (
    Evidence("id_card", _("身份证"), _("正面和背面。"), most=2),
    Evidence("portrait", _("本人近照"), _("免冠、正面，用在工作证上。"), most=1),
    Evidence("driving_licence", _("驾驶证"), _("正页和副页。"), most=2, only_if=("kind", DRIVES)),
    Evidence("contract", _("劳动或合作合同"), _("代表企业工作的提供。"), required=False, most=5),
)
CHECKLIST: tuple[Item, ...] = (
    Item("person_free", _("身份证号没有被别人登记"), automatic=True),
    Item("of_age", _("年满 18 周岁"), automatic=True),
    Item("trained", _("已通过岗前培训考试"), automatic=True),
    Item("licence_in_force", _("驾驶证在有效期内"), _("快递员不要求。"), automatic=True),
    Item("card_agrees", _("身份证照片与填写的姓名、号码一致")),
    Item("portrait_agrees", _("近照与身份证是同一个人")),
    Item("licence_agrees", _("驾驶证与填写内容一致"), _("快递员直接勾选。")),
)
FACTS: dict[str, Any] = {
    "code": _("工号"),
    "kind": _("类型"),
    "enterprise": _("所属企业"),
    "place": _("工作地点"),
    "licence_class": _("准驾车型"),
}
EXAMPLE: dict[str, Any] = {"kind": "courier", "name": "赵快送", "id_number": "620825199003070555"}
