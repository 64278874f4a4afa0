"""Tasks of the scan pages and what a scan can end in. Codes are stored and sent to the page; labels are shown."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Task(models.TextChoices):
    """One scan page each."""

    HUB_INBOUND = "hub-inbound", _("中心到件")
    SORT = "sort", _("分拣集包")
    OPEN_BAG = "open-bag", _("拆袋清点")
    HAND_OVER = "hand-over", _("交出")
    TAKE_OVER = "take-over", _("接收")
    INBOUND = "inbound", _("到站入库")
    GIVE_OUT = "give-out", _("取件出库")
    STOCK_TAKE = "stock-take", _("盘点货架")
    LOAD = "load", _("装车派送")
    FIND = "find", _("找包裹")


class Result(models.TextChoices):
    """What the page shows at a glance: colour, large word, sound and vibration follow from it."""

    OK = "ok", _("成功")
    REPEAT = "repeat", _("重复")
    ASK = "ask", _("待确认")
    REFUSED = "refused", _("未办理")


class StockTakeState(models.TextChoices):
    OPEN = "open", _("盘点中")
    DONE = "done", _("已完成")
    DROPPED = "dropped", _("已放弃")


class Difference(models.TextChoices):
    MISSING = "missing", _("账上有，货架上没有")
    EXTRA = "extra", _("货架上有，账上没有")
