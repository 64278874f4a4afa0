"""The one large word of an answer: read from an arm's length, without looking away from the shelf."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.desk.states import Task

DONE: dict[str, Any] = {
    Task.HUB_INBOUND: _("到件"),
    Task.SORT: _("装袋"),
    Task.OPEN_BAG: _("在袋内"),
    Task.HAND_OVER: _("待交出"),
    Task.TAKE_OVER: _("已点到"),
    Task.INBOUND: _("入库"),
    Task.GIVE_OUT: _("可取件"),
    Task.STOCK_TAKE: _("在架"),
    Task.LOAD: _("派送"),
    Task.FIND: _("找到"),
}
REPEAT, UNDONE, GIVEN, NEW_SHELF, EXTRA = _("重复"), _("已撤销"), _("已交付"), _("换货架"), _("多出")
OTHER_BAG, OTHER_HANDOVER, MOVED, NOTED, ASIDE = _("换邮袋"), _("交接单"), _("已移架"), _("已登记"), _("放一边")
ASKS: dict[str, Any] = {
    "consent": _("问同意"),
    "register": _("没登记"),
    "wrong_station": _("到错站"),
    "which": _("选一件"),
    "redirect": _("改送"),
    "proof": _("核验"),
    "piece": _("同一件？"),
}
TAKER = _("接收人")
SEAL_AGREES, SEAL_DIFFERS = _("封签相符"), _("封签不符")
STOP = _("请停")
_REFUSED: dict[str, Any] = {
    "consent_needed": _("问同意"),
    "consent_refused": _("不放站"),
    "wrong_station": _("到错站"),
    "wrong_bag": _("装错袋"),
    "in_other_bag": _("在别袋"),
    "still_in_bag": _("在袋内"),
    "bag_not_open": _("已封袋"),
    "already_given_out": _("已取走"),
    "rest_unclear": _("还差件"),
    "parcel_closed": _("已结束"),
    "not_waiting_here": _("未入库"),
    "waits_elsewhere": _("在别站"),
    "wrong_pickup_code": _("码不对"),
    "pickup_code_locked": _("已锁定"),
    "paused": _("请稍候"),
    "link_used": _("已取走"),
    "link_invalid": _("已失效"),
    "link_of_other_parcel": _("不是这件"),
    "unknown_number": _("没登记"),
    "unreadable": _("没读清"),
    "empty": _("没读到"),
    "is_carrier_qr": _("扫条形码"),
    "is_bag": _("是邮袋"),
    "is_seal": _("是封签"),
    "is_shelf": _("是货架"),
    "is_code": _("是取件码"),
    "is_link": _("是链接"),
    "is_handover": _("是交接单"),
    "is_badge": _("是工牌"),
    "not_in_custody": _("不在手"),
    "in_open_handover": _("交接中"),
    "parcel_returning": _("退回件"),
    "wrong_direction": _("上行件"),
    "pin_wrong": _("密码不对"),
    "stopped_suspended": _("已暂停"),
    "stopped_revoked": _("已撤销证"),
    "stopped_expired": _("证到期"),
    "stopped_uncertified": _("没有证"),
    "stopped_papers_expired": _("证件到期"),
    "stopped_closed": _("已关闭"),
}


def word_of(code: str) -> str:
    """The word of a refusal; a plain stop for those that have none of their own."""
    return str(_REFUSED.get(code, STOP))
