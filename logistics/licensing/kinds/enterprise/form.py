"""What an enterprise fills in, hands in, and is checked for."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds.spec import Evidence, Field, Item, Type
from logistics.registry.states import EnterpriseKind
from portal.core.errors import BadInput
from portal.core.masking import normalise_digits

WHO, PAPERS, CONTACT = _("企业"), _("证照"), _("联系方式")
LICENSED = (EnterpriseKind.CARRIER.value, EnterpriseKind.BUS.value)  # who needs a permit for the trade itself


def hotline(text: str) -> str:
    """A number as it is printed: 95311, 0933-6621234. Service numbers have no E.164 form."""
    number = normalise_digits(text).strip()
    if not re.fullmatch(r"\+?[0-9][0-9 -]{3,18}[0-9]", number):
        raise BadInput(_("电话只能是数字，可用空格或短横线分隔。"))
    return number


def website(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    if not re.fullmatch(r"https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", address):
        raise BadInput(_("网址不正确，例如 https://www.example.com。"))
    return address


FIELDS: tuple[Field, ...] = (
    Field("name", _("企业名称"), help=_("与营业执照一致。"), group=WHO, least=2),
    Field("short_name", _("简称"), most=20, help=_("页面和短信里显示的名字，例如“中通”。"), group=WHO),
    Field("kind", _("企业类型"), Type.CHOICE, choices=tuple(EnterpriseKind.choices), group=WHO),
    Field("division", _("经营所在地"), Type.PLACE, help=_("县、乡镇或村。"), group=WHO),
    Field("address", _("详细地址"), most=160, group=WHO),
    Field("credit_code", _("统一社会信用代码"), Type.CREDIT_CODE, help=_("营业执照上的 18 位代码。"), group=PAPERS),
    Field("founded_on", _("成立日期"), Type.DATE, group=PAPERS),
    Field("licence_until", _("营业期限至"), Type.DATE, required=False, help=_("长期有效的不填。"), group=PAPERS),
    Field("permit_number", _("经营许可证编号"), most=40, only_if=("kind", LICENSED), group=PAPERS),
    Field("permit_from", _("许可证有效期自"), Type.DATE, only_if=("kind", LICENSED), group=PAPERS),
    Field("permit_until", _("许可证有效期至"), Type.DATE, only_if=("kind", LICENSED), group=PAPERS),
    Field("legal_person", _("法定代表人"), most=40, personal=True, group=PAPERS),
    Field("contact_name", _("联系人"), most=40, personal=True, group=CONTACT),
    Field("contact_phone", _("联系人手机"), Type.MOBILE, personal=True, group=CONTACT),
    Field("hotline", _("客服热线"), most=20, required=False, help=_("向公众公开。"), group=CONTACT, check=hotline),
    Field("website", _("网址"), most=160, required=False, group=CONTACT, check=website),
)
DOCUMENTS: tuple[Evidence, ...] = (
    Evidence("licence", _("营业执照"), _("照片或扫描件，四角完整、文字清楚。"), most=2),
    Evidence("permit", _("经营许可证"), _("快递业务或道路运输经营许可证。"), most=3, only_if=("kind", LICENSED)),
    Evidence("premises", _("经营场所照片"), _("门头和室内各一张。"), required=False),
    Evidence("mandate", _("授权书"), _("经办人不是法定代表人时提供，加盖公章。"), required=False, most=2),
)
CHECKLIST: tuple[Item, ...] = (
    Item("code_free", _("统一社会信用代码没有被其他企业登记"), automatic=True),
    Item("papers_in_force", _("营业执照和许可证都在有效期内"), automatic=True),
    Item("licence_agrees", _("营业执照与填写的名称、代码、法定代表人一致")),
    Item("permit_agrees", _("许可证与企业类型和业务范围一致"), _("不需要许可证的企业直接勾选。")),
    Item("mandate_agrees", _("经办人是法定代表人，或有有效授权")),
)
FACTS: dict[str, Any] = {
    "credit_code": _("统一社会信用代码"),
    "kind": _("企业类型"),
    "place": _("经营所在地"),
}
EXAMPLE: dict[str, Any] = {
    "name": "庄浪县示例快递有限公司", "short_name": "示例快递", "kind": "carrier", "credit_code": "91620825MA000055X3",
    "hotline": "0933-6620000", "contact_name": "王经办", "contact_phone": "13809330055",
}  # fmt: skip
