"""Stages, issues, custody and event codes of a parcel, with the rank table of each direction.

Source: the canonical model in docs/architecture.md, 'The spine'. Codes are stored and logged; labels are shown.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

# How long after the end of a journey those who served it still reach the parcel and its people: complaints, a return,
# a wrong count. Officials reach it by their permission, each look on record.
SERVED_AFTER_END = dt.timedelta(days=30)


class Direction(models.TextChoices):
    DOWN = "DOWN", _("下行（到村）")
    UP = "UP", _("上行（出村）")


class Stage(models.TextChoices):
    CREATED = "CREATED", _("已下单")
    AWAITING = "AWAITING", _("待揽收")
    COLLECTED = "COLLECTED", _("已揽收")
    LINEHAUL = "LINEHAUL", _("干线运输中")
    AT_COUNTY = "AT_COUNTY", _("到达县级中心")
    BAGGED = "BAGGED", _("已分拣集包")
    TO_TOWN = "TO_TOWN", _("发往乡镇")
    AT_TOWN = "AT_TOWN", _("到达乡镇站")
    TO_VILLAGE = "TO_VILLAGE", _("发往村站")
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY", _("派送中")
    READY_FOR_PICKUP = "READY_FOR_PICKUP", _("待取件")
    TO_COUNTY = "TO_COUNTY", _("发往县城")
    HANDED_TO_CARRIER = "HANDED_TO_CARRIER", _("已交快递企业")
    RETURNING = "RETURNING", _("退回途中")
    DELIVERED = "DELIVERED", _("已签收")
    RETURNED = "RETURNED", _("已退回")
    CANCELLED = "CANCELLED", _("已撤销")
    LOST = "LOST", _("已丢失")
    DESTROYED = "DESTROYED", _("已销毁")


class Issue(models.TextChoices):
    OVERDUE_UNSIGNED = "OVERDUE_UNSIGNED", _("超时未签收")
    NO_UPDATE = "NO_UPDATE", _("长时间没有新消息")
    REFUSED = "REFUSED", _("收件人拒收")
    ATTEMPT_FAILED = "ATTEMPT_FAILED", _("派送未成功")
    PICKUP_OVERDUE = "PICKUP_OVERDUE", _("超时未取件")
    UNREACHABLE = "UNREACHABLE", _("联系不上收件人")
    OUT_OF_AREA = "OUT_OF_AREA", _("超出派送范围")
    HELD = "HELD", _("滞留")
    DAMAGED = "DAMAGED", _("破损")
    MISSORTED = "MISSORTED", _("分拣错误")
    WRONG_STATION = "WRONG_STATION", _("到错站点")
    SEAL_BROKEN = "SEAL_BROKEN", _("封签破损")
    COUNT_MISMATCH = "COUNT_MISMATCH", _("件数不符")
    TEMP_BREACH = "TEMP_BREACH", _("温度超限")
    BAD_ADDRESS = "BAD_ADDRESS", _("地址有误")
    WEATHER = "WEATHER", _("天气影响")


class Act(models.TextChoices):
    """Events that are neither a stage nor an issue."""

    CUSTODY = "CUSTODY", _("交接")
    ISSUE_RESOLVED = "ISSUE_RESOLVED", _("异常已处理")
    VOID = "VOID", _("更正")
    FORWARDED = "FORWARDED", _("转由其他企业承运")
    NOTE = "NOTE", _("备注")


class PlaceWord(models.TextChoices):
    """What carriers say of a scan without saying how far the parcel is: its place decides (words.stage_at)."""

    ARRIVED = "ARRIVED", _("到件（按扫描地点）")
    DEPARTED = "DEPARTED", _("发件（按扫描地点）")
    STORED = "STORED", _("入库（按扫描地点）")
    RELEASED = "RELEASED", _("出库（按扫描地点）")
    TAKEN = "TAKEN", _("取件（下行为签收，上行为揽收）")


class WordKind(models.TextChoices):
    """What a known word stands for."""

    EVENT = "event", _("事件")
    CARRIER = "carrier", _("快递企业名称")
    PARCEL_COLUMN = "parcels", _("包裹文件的列名")
    EVENT_COLUMN = "events", _("轨迹文件的列名")


class Variant(models.TextChoices):
    """How a delivered parcel was received."""

    SELF = "SELF", _("本人签收")
    AFTER_ISSUE = "AFTER_ISSUE", _("异常后签收")
    PROXY = "PROXY", _("他人代收")
    STATION = "STATION", _("投柜或站点签收")


class CorrectionReason(models.TextChoices):
    """EPCIS 2.0 / CBV 2.0 error declaration reasons."""

    DID_NOT_OCCUR = "did_not_occur", _("没有发生")
    INCORRECT_DATA = "incorrect_data", _("数据有误")


class Custodian(models.TextChoices):
    CARRIER = "carrier", _("快递企业")
    STATION = "station", _("站点")
    PERSON = "person", _("司机或快递员")
    CONSIGNEE = "consignee", _("收件人")
    SENDER = "sender", _("寄件人")


TERMINAL_RANK = 100
TERMINALS = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.CANCELLED, Stage.LOST, Stage.DESTROYED})
COLLECTED_RANK = 20  # CANCELLED only while below it
DELIVERY_RANK = 75  # from here on the parcel is at its recipient's door
# A vehicle leaves with the parcel.
DEPARTURES = frozenset({Stage.TO_TOWN, Stage.TO_VILLAGE, Stage.TO_COUNTY, Stage.LINEHAUL})

RANKS: dict[str, dict[str, int]] = {
    Direction.DOWN: {
        Stage.CREATED: 0,
        Stage.AWAITING: 10,
        Stage.COLLECTED: 20,
        Stage.LINEHAUL: 30,
        Stage.AT_COUNTY: 40,
        Stage.BAGGED: 45,
        Stage.TO_TOWN: 50,
        Stage.AT_TOWN: 60,
        Stage.TO_VILLAGE: 70,
        Stage.OUT_FOR_DELIVERY: 75,
        Stage.READY_FOR_PICKUP: 80,
        Stage.RETURNING: 85,
    },
    Direction.UP: {
        Stage.CREATED: 0,
        Stage.AWAITING: 10,
        Stage.COLLECTED: 20,
        Stage.BAGGED: 45,  # at the village, the township or the hub: a bag that travels outranks its packing
        Stage.TO_TOWN: 50,
        Stage.AT_TOWN: 60,
        Stage.TO_COUNTY: 62,
        Stage.AT_COUNTY: 64,
        Stage.HANDED_TO_CARRIER: 66,
        Stage.LINEHAUL: 68,
        Stage.OUT_FOR_DELIVERY: 75,
        Stage.READY_FOR_PICKUP: 80,
        Stage.RETURNING: 85,
    },
}
for _ranks in RANKS.values():
    _ranks.update(dict.fromkeys(TERMINALS, TERMINAL_RANK))

# What ends an issue by itself, besides ISSUE_RESOLVED and the end of the journey: a later scan of these stages.
_ANY_STAGE = frozenset(Stage)
_AT_THE_DOOR = frozenset({Stage.OUT_FOR_DELIVERY, Stage.READY_FOR_PICKUP, Stage.RETURNING})
CLOSED_BY: dict[str, frozenset[str]] = {
    Issue.NO_UPDATE: _ANY_STAGE,
    Issue.HELD: _ANY_STAGE,
    Issue.WEATHER: _ANY_STAGE,
    Issue.MISSORTED: _ANY_STAGE,
    Issue.WRONG_STATION: _ANY_STAGE,
    Issue.ATTEMPT_FAILED: _AT_THE_DOOR,
    Issue.UNREACHABLE: _AT_THE_DOOR,
    Issue.OVERDUE_UNSIGNED: _AT_THE_DOOR,
    Issue.BAD_ADDRESS: _AT_THE_DOOR,
    Issue.REFUSED: frozenset({Stage.RETURNING}),
    Issue.PICKUP_OVERDUE: frozenset({Stage.RETURNING}),
}

EVENT_CODES = [*Stage.choices, *Issue.choices, *Act.choices]
EVENT_LABELS = dict(EVENT_CODES)


class SourceKind(models.TextChoices):
    DEVICE = "device", _("终端")
    USER = "user", _("人员")
    FEED = "feed", _("企业推送")
    FILE = "file", _("文件导入")
    SYSTEM = "system", _("系统")


class Refusal(models.TextChoices):
    """Why an event was not taken. Each has a sentence that says what to do (refusals.py)."""

    UNKNOWN_PARCEL = "unknown_parcel", _("没有这个包裹")
    AMBIGUOUS_NUMBER = "ambiguous_number", _("号码对应多个包裹")
    UNKNOWN_STATION = "unknown_station", _("没有这个站点")
    UNKNOWN_CODE = "unknown_code", _("不认识的事件代码")
    WRONG_DIRECTION = "wrong_direction", _("方向不符")
    OUT_OF_SCOPE = "out_of_scope", _("不在本站或本企业范围内")
    FUTURE_TIME = "future_time", _("时间在将来")
    TOO_OLD = "too_old", _("时间过早")
    MALFORMED = "malformed", _("格式有误")
    UNKNOWN_CORRECTED = "unknown_corrected", _("找不到被更正的事件")
    NEEDS_PROOF = "needs_proof", _("需要先核验")
    NEEDS_CONSENT = "needs_consent", _("收件人未同意")
    OPEN_HANDOVER = "open_handover", _("交接未确认")
    PARTY_STOPPED = "party_stopped", _("站点、企业或快递员已停用")
    DUPLICATE_DIFFERS = "duplicate_differs", _("编号已用于另一事件")


class NumberKind(models.TextChoices):
    OWN = "own", _("本平台运单号")
    CARRIER = "carrier", _("快递单号")
    SUCCESSOR = "successor", _("转投后单号")


class BagState(models.TextChoices):
    OPEN = "open", _("装袋中")
    SEALED = "sealed", _("已封签")
    OPENED = "opened", _("已拆封")


class HandoverState(models.TextChoices):
    PENDING = "pending", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    DISPUTED = "disputed", _("有争议")
    WITHDRAWN = "withdrawn", _("已撤回")


# Concern whoever handles the parcel, and nobody who waits for it: the public is not told (sql/lookup.sql).
INTERNAL_ISSUES = frozenset({Issue.COUNT_MISMATCH, Issue.SEAL_BROKEN})


class ConsentChannel(models.TextChoices):
    IN_PERSON = "in_person", _("当面")
    PHONE = "phone", _("电话")
    SMS = "sms", _("短信")
    ONLINE = "online", _("网上")


class PickupMethod(models.TextChoices):
    CODE = "code", _("取件码")
    LINK = "link", _("短信链接")
    IDENTITY = "identity", _("证件加工作密码")


class Rest(models.TextChoices):
    """What becomes of the pieces that are missing while others of their number are given out."""

    WAIT = "wait", _("只交已到的，其余的到了再取")
    ALL = "all", _("都已交给收件人")


class PhotoKind(models.TextChoices):
    HANDOVER = "handover", _("交接照片")
    DELIVERY = "delivery", _("签收照片")
    SIGNATURE = "signature", _("手写签名")
    DAMAGE = "damage", _("破损照片")


class DoorProof(models.TextChoices):
    """What the courier takes at the door."""

    CODE = "code", _("签收码")
    PHOTO = "photo", _("照片")
    SIGNATURE = "signature", _("手写签名")


class ContactRole(models.TextChoices):
    SENDER = "sender", _("寄件人")
    RECIPIENT = "recipient", _("收件人")


class TimerKind(models.TextChoices):
    NO_UPDATE = "no_update", _("没有新消息")
    REMIND_FIRST = "remind_first", _("第一次取件提醒")
    REMIND_SECOND = "remind_second", _("第二次取件提醒")
    RETURN = "return", _("超期退回")


DEFAULT_TIMER_HOURS = {
    TimerKind.NO_UPDATE: 48,
    TimerKind.REMIND_FIRST: 24,
    TimerKind.REMIND_SECOND: 72,
    TimerKind.RETURN: 168,
}


def keep_hours(returns: bool | None, hours: int | None) -> int | None:
    """How long a station keeps a parcel by the county's rule for returns, (None, None) without one. None: for ever."""
    if returns is None:
        return DEFAULT_TIMER_HOURS[TimerKind.RETURN]
    return hours if returns else None


class ImportKind(models.TextChoices):
    PARCELS = "parcels", _("包裹预报")
    EVENTS = "events", _("物流轨迹")


class ImportState(models.TextChoices):
    RUNNING = "running", _("处理中")
    CHECKED = "checked", _("已试运行")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未能读取")


class RowResult(models.TextChoices):
    ACCEPTED = "accepted", _("已接收")
    DUPLICATE = "duplicate", _("重复")
    REFUSED = "refused", _("未接收")
    ASKED = "asked", _("待回答")


class QuestionKind(models.TextChoices):
    """What a line of a file waits for its sender to say."""

    CARRIER = "carrier", _("是哪家快递企业")
    EVENT = "event", _("是什么事件")
    STATION = "station", _("是哪个站点")
    ADDRESS = "address", _("是哪个村")
    PARCEL_COLUMN = "parcels", _("是包裹的哪一列")
    EVENT_COLUMN = "events", _("是轨迹的哪一列")
