"""kuaidi100's two levels of state, and what each is with us."""

from __future__ import annotations

from dataclasses import dataclass

from logistics.parcels.states import Act, Direction, Issue, Stage, Variant


@dataclass(frozen=True, slots=True)
class Meaning:
    """An event code of ours, with the variant of a delivery."""

    code: str
    variant: str = ""


# Main states. 0, 5, 1 … are not ordered by progress.
MAIN: dict[str, Meaning] = {
    "0": Meaning(Stage.LINEHAUL),  # 在途
    "1": Meaning(Stage.COLLECTED),  # 揽收
    "2": Meaning(Issue.HELD),  # 疑难, without saying which
    "3": Meaning(Stage.DELIVERED),  # 签收
    "4": Meaning(Stage.RETURNED),  # 退签
    "5": Meaning(Stage.OUT_FOR_DELIVERY),  # 派件
    "6": Meaning(Stage.RETURNING),  # 退回
    "7": Meaning(Act.FORWARDED),  # 转投
    "8": Meaning(Stage.LINEHAUL),  # 清关
    "14": Meaning(Stage.RETURNED),  # 拒签, documented under 退签
}

SUB: dict[str, Meaning] = {
    "101": Meaning(Stage.CREATED),  # 已下单
    "102": Meaning(Stage.AWAITING),  # 待揽收
    "103": Meaning(Stage.COLLECTED),  # 已揽收
    "1001": Meaning(Stage.AT_COUNTY),  # 到达派件城市
    "1002": Meaning(Stage.LINEHAUL),  # 干线
    "1003": Meaning(Stage.LINEHAUL),  # 转递 to a new address
    "501": Meaning(Stage.READY_FOR_PICKUP),  # 投柜或驿站
    "301": Meaning(Stage.DELIVERED, Variant.SELF),  # 本人签收
    "302": Meaning(Stage.DELIVERED, Variant.AFTER_ISSUE),  # 派件异常后签收
    "303": Meaning(Stage.DELIVERED, Variant.PROXY),  # 代签
    # 投柜或站签收: alone, no more than that it lies there; the rest of the trace may tell that it was taken (trace.py).
    "304": Meaning(Stage.READY_FOR_PICKUP),
    "201": Meaning(Issue.OVERDUE_UNSIGNED),  # 超时未签收
    "202": Meaning(Issue.NO_UPDATE),  # 超时未更新
    "203": Meaning(Issue.REFUSED),  # 拒收
    "204": Meaning(Issue.ATTEMPT_FAILED),  # 派件异常
    "205": Meaning(Issue.PICKUP_OVERDUE),  # 柜或驿站超时未取
    "206": Meaning(Issue.UNREACHABLE),  # 无法联系
    "207": Meaning(Issue.OUT_OF_AREA),  # 超区
    "208": Meaning(Issue.HELD),  # 滞留
    "209": Meaning(Issue.DAMAGED),  # 破损
    "210": Meaning(Stage.CANCELLED),  # 销单
    "401": Meaning(Stage.CANCELLED),  # 已销单
    "14": Meaning(Stage.RETURNED),
    "10": Meaning(Stage.LINEHAUL),  # 待清关
    "11": Meaning(Stage.LINEHAUL),  # 清关中
    "12": Meaning(Stage.LINEHAUL),  # 已清关
    "13": Meaning(Issue.HELD),  # 清关异常
}

# What the text field `status` of a row says when there is no number (resultv2 = 1).
NAMES: dict[str, str] = {
    "在途": "0", "揽收": "1", "疑难": "2", "签收": "3", "退签": "4", "派件": "5", "退回": "6", "转投": "7",
    "清关": "8", "拒签": "14",
    "已下单": "101", "下单": "101", "待揽收": "102", "已揽收": "103", "到达派件城市": "1001", "干线": "1002",
    "转递": "1003",
    "投柜或驿站": "501", "投柜或站": "501", "本人签收": "301", "派件异常后签收": "302", "代签": "303",
    "投柜或站签收": "304",
    "投柜或驿站签收": "304", "超时未签收": "201", "超时未更新": "202", "拒收": "203", "派件异常": "204",
    "柜或驿站超时未取": "205",
    "无法联系": "206", "超区": "207", "滞留": "208", "破损": "209", "销单": "210", "已销单": "401", "待清关": "10",
    "清关中": "11",
    "已清关": "12", "清关异常": "13",
}  # fmt: skip


def meaning_of(state: str, direction: str = Direction.DOWN) -> Meaning | None:
    """Our event for a kuaidi100 state of either level, or None when we don't know it.

    An UP parcel that arrives in the city of delivery is far from our county, so 1001 is then a step of the linehaul.
    """
    if state == "1001" and direction == Direction.UP:
        return Meaning(Stage.LINEHAUL)
    return SUB.get(state) or MAIN.get(state)


def state_of_row(status_code: str, status: str) -> str:
    """The state a row names itself: its code, else its status as a number or as a name; "" when it names none.

    An unknown code beside a known name counts as the name: kuaidi100 adds sub-codes without notice.
    """
    named = NAMES.get(status, status)
    if status_code and meaning_of(status_code) is None and meaning_of(named) is not None:
        return named
    return status_code or named
