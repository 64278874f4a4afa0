"""Words that carriers, shops and depots write, and what each means here: the table the portal comes with.

Officials extend it (`KnownWord`); a word of theirs counts before one of these. Carriers go by their kuaidi100 code, so
that the table holds in any county.
"""

from __future__ import annotations

import re
import unicodedata

from logistics.parcels.states import Act, Direction, Issue, PlaceWord, Stage

_NOISE = re.compile(r"[\s_\-/*:()【】\[\]《》<>“”\"'。.,、·]|必填|选填|required|optional")

EVENT_WORDS: dict[str, str] = {
    Stage.CREATED: "下单 已下单 订单已创建 已创建 待发货",
    Stage.AWAITING: "待揽收 等待揽收 待取货 待上门",
    Stage.COLLECTED: "揽收 揽件 已揽件 已揽收 收件 已收件 收寄 已收寄 揽收成功 已取货 上门取件 收货",
    Stage.LINEHAUL: (
        "在途 在途中 运输中 中转 转运 转运中 已转运 干线 干线运输 已发货 发货 装车 装车发件 封车 航空起飞 运输 转递"
    ),
    Stage.AT_COUNTY: "到县 到达县中心 到达县城 到达派件城市 到达目的地 到达目的城市",
    Stage.BAGGED: "集包 建包 已集包 已建包 装袋",
    Stage.TO_TOWN: "发往乡镇 下乡",
    Stage.AT_TOWN: "到乡镇 到达乡镇",
    Stage.OUT_FOR_DELIVERY: (
        "派件 派送 派件中 派送中 投递 投递中 正在派件 正在派送 正在投递 配送中 安排投递 出站派送"
    ),
    Stage.READY_FOR_PICKUP: (
        "到站 入柜 已入柜 代收 已代收 驿站代收 快递柜代收 待取件 待自提 已到站 已放入快递柜或驿站 "
        "已放入快递柜 已放入驿站 投柜 已投柜 投柜或驿站 暂存 已上架 上架"
    ),
    Stage.DELIVERED: (
        "签收 已签收 本人签收 代签 代签收 他人代签 妥投 已妥投 投妥 派件成功 派送成功 已完成 已自提 自提 用户已取"
    ),
    Stage.RETURNING: "退回 退回中 退件 退件中 已退件",
    Stage.RETURNED: "退签 已退签 退回签收 退件签收",
    Stage.CANCELLED: "销单 已销单 取消 已取消",
    Stage.LOST: "遗失 丢失 丢件",
    Stage.DESTROYED: "销毁",
    Issue.REFUSED: "拒收 已拒收 拒签",
    Issue.DAMAGED: "破损 破损件",
    Issue.HELD: "滞留 滞留件 问题件 疑难 疑难件 留仓 留仓件",
    Issue.UNREACHABLE: "无法联系 联系不上 电话不通",
    Issue.OUT_OF_AREA: "超区 超派送范围",
    Issue.ATTEMPT_FAILED: "派件异常 派送失败 投递失败 未妥投 派件不成功",
    Issue.BAD_ADDRESS: "地址错误 地址不详",
    Act.FORWARDED: "转投 转寄",
    PlaceWord.ARRIVED: "到件 已到件 到达 已到达 到车 卸车 到货 到件扫描 到站扫描",
    PlaceWord.DEPARTED: "发件 已发件 发车 已发车 离开 已发出 发出 发件扫描",
    PlaceWord.STORED: "入库 已入库 入仓 入库成功",
    PlaceWord.RELEASED: "出库 已出库 出仓 出库成功 取件出库",
    PlaceWord.TAKEN: "取件 已取件 取件成功 已取走",
}  # fmt: skip

CARRIER_WORDS: dict[str, str] = {
    "zhongtong": "中通 中通快递 中通速递 ZTO ZTOEXPRESS",
    "yuantong": "圆通 圆通速递 圆通快递 YTO YTOEXPRESS",
    "yunda": "韵达 韵达快递 韵达速递 YD YUNDA",
    "shentong": "申通 申通快递 STO STOEXPRESS",
    "jtexpress": "极兔 极兔速递 极兔快递 JT J&T JTEXPRESS J&TEXPRESS JTSD",
    "shunfeng": "顺丰 顺丰速运 顺丰快递 SF SFEXPRESS",
    "jd": "京东 京东快递 京东物流 JD JDL JDEXPRESS",
    "ems": "EMS 邮政EMS 邮政速递 邮政特快专递",
    "youzhengguonei": "邮政 中国邮政 邮政快递包裹 邮政包裹 邮政快递 邮政小包 快递包裹 CHINAPOST YZPY",
    "debangkuaidi": "德邦 德邦快递 DBKD",
    "debangwuliu": "德邦物流 DBL",
    "danniao": "丹鸟 菜鸟速递 菜鸟直送 丹鸟物流",
    "huitongkuaidi": "百世 百世快递 百世汇通 汇通快递 HTKY",
    "fengwang": "丰网 丰网速运",
    "tiantian": "天天 天天快递 HHTT",
    "youshuwuliu": "优速 优速快递 UC",
    "zhaijisong": "宅急送 ZJS",
}  # fmt: skip

_STATION_STAGES: dict[tuple[str, str], dict[str, str]] = {
    (PlaceWord.ARRIVED, Direction.DOWN): {
        "hub": Stage.AT_COUNTY, "township": Stage.AT_TOWN,
        "village": Stage.READY_FOR_PICKUP, "locker": Stage.READY_FOR_PICKUP,
    },
    (PlaceWord.ARRIVED, Direction.UP): {
        "hub": Stage.AT_COUNTY, "township": Stage.AT_TOWN, "village": Stage.COLLECTED, "locker": Stage.COLLECTED,
    },
    (PlaceWord.DEPARTED, Direction.DOWN): {"hub": Stage.TO_TOWN, "township": Stage.TO_VILLAGE},
    (PlaceWord.DEPARTED, Direction.UP): {
        "hub": Stage.LINEHAUL, "township": Stage.TO_COUNTY, "village": Stage.TO_TOWN, "locker": Stage.TO_TOWN,
    },
    (PlaceWord.STORED, Direction.DOWN): {"hub": Stage.AT_COUNTY},
    (PlaceWord.RELEASED, Direction.DOWN): {"hub": Stage.TO_TOWN},
    (PlaceWord.TAKEN, Direction.UP): dict.fromkeys(("", "hub", "township", "village", "locker"), Stage.COLLECTED),
}  # fmt: skip
_STATION_STAGES[PlaceWord.STORED, Direction.UP] = _STATION_STAGES[PlaceWord.ARRIVED, Direction.UP]
_STATION_STAGES[PlaceWord.RELEASED, Direction.UP] = _STATION_STAGES[PlaceWord.DEPARTED, Direction.UP]
_ELSEWHERE: dict[str, str] = {
    PlaceWord.ARRIVED: Stage.LINEHAUL,
    PlaceWord.DEPARTED: Stage.LINEHAUL,
    PlaceWord.STORED: Stage.READY_FOR_PICKUP,
    PlaceWord.RELEASED: Stage.DELIVERED,
    PlaceWord.TAKEN: Stage.DELIVERED,
}


def word_key(text: str) -> str:
    """One spelling of a word: half-width, lower case, without blanks and punctuation.

    >>> word_key(" 已入库。"), word_key("Ｚ T O"), word_key("入库-重量(kg)")
    ('已入库', 'zto', '入库重量kg')
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", text or "").lower())


def split_words(table: dict[str, str]) -> dict[str, str]:
    """key of each word → its meaning."""
    return {word_key(word): str(meaning) for meaning, words in table.items() for word in words.split()}


def stage_at(code: str, direction: str, station_kind: str) -> str:
    """The stage that a word like 到件 means, by where it was scanned (`station_kind`, "" when that is not known)."""
    return str(_STATION_STAGES.get((code, direction), {}).get(station_kind) or _ELSEWHERE[code])
