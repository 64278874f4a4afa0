"""What stages, issues and events are called on public pages: whole sentences of our own, never carriers' texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from logistics.parcels.states import Act, Direction, Issue, Stage, Variant
from portal.core.clock import COUNTY_TIME, short_day

EVENTS = {
    Stage.CREATED: _("已登记，等寄件人交寄"),
    Stage.AWAITING: _("等待揽收"),
    Stage.COLLECTED: _("已揽收"),
    Stage.LINEHAUL: _("正在长途运输"),
    Stage.AT_COUNTY: _("到达县级中心"),
    Stage.BAGGED: _("已分拣装袋"),
    Stage.TO_TOWN: _("已发往乡镇"),
    Stage.AT_TOWN: _("到达乡镇站"),
    Stage.TO_VILLAGE: _("已发往村站"),
    Stage.OUT_FOR_DELIVERY: _("正在派送"),
    Stage.READY_FOR_PICKUP: _("已到站，可以取件"),
    Stage.TO_COUNTY: _("已发往县城"),
    Stage.HANDED_TO_CARRIER: _("已交给快递企业"),
    Stage.RETURNING: _("开始退回"),
    Stage.DELIVERED: _("已签收"),
    Stage.RETURNED: _("已退回寄件人"),
    Stage.CANCELLED: _("已撤销"),
    Stage.LOST: _("已确认丢失"),
    Stage.DESTROYED: _("已销毁"),
    Act.ISSUE_RESOLVED: _("问题已处理"),
    Act.FORWARDED: _("转由其他快递企业承运"),
}

# What it means for the reader and what they can do now.
MEANINGS = {
    Stage.CREATED: _("寄件人已下单，还没有把包裹交给快递企业。"),
    Stage.AWAITING: _("快递企业已收到订单，还没有取走包裹。"),
    Stage.COLLECTED: _("快递企业已收下包裹，正准备发运。"),
    Stage.LINEHAUL: _("包裹在路上。"),
    Stage.AT_COUNTY: _("正在县级中心，接下来分拣。"),
    Stage.BAGGED: _("包裹已装袋，等下一班车。"),
    Stage.TO_TOWN: _("包裹正由县城发往乡镇。"),
    Stage.AT_TOWN: _("正在乡镇站，等待下一程。"),
    Stage.TO_VILLAGE: _("包裹正由乡镇发往村站。"),
    Stage.OUT_FOR_DELIVERY: _("派送员正在送，请留意电话。"),
    Stage.READY_FOR_PICKUP: _("请在营业时间内凭取件码或身份证件去取。"),
    Stage.TO_COUNTY: _("包裹正由乡镇发往县城。"),
    Stage.HANDED_TO_CARRIER: _("包裹已出县，由快递企业继续运送。"),
    Stage.RETURNING: _("包裹正退回给寄件人。"),
    Stage.DELIVERED: _("包裹已交到收件人或其指定的人手里。若没有收到，请马上联系承运企业。"),
    Stage.RETURNED: _("寄件人已收回包裹。"),
    Stage.CANCELLED: _("寄件人在揽收前撤销了订单。"),
    Stage.LOST: _("请联系承运企业办理赔偿。"),
    Stage.DESTROYED: _("请联系承运企业了解原因。"),
}

ADVICE = {
    Issue.OVERDUE_UNSIGNED: _("到了该签收的时间还没有签收。可拨打承运企业热线询问。"),
    Issue.NO_UPDATE: _("较长时间没有新消息。可拨打承运企业热线询问。"),
    Issue.REFUSED: _("收件人拒收，包裹将退回。"),
    Issue.ATTEMPT_FAILED: _("派送没有成功，会再次联系收件人。"),
    Issue.PICKUP_OVERDUE: _("到站后很久没有取。请尽快去取，超期会退回。"),
    Issue.UNREACHABLE: _("联系不上收件人。请收件人联系承运企业或站点。"),
    Issue.OUT_OF_AREA: _("地址超出派送范围，正在安排其他办法。"),
    Issue.HELD: _("包裹暂时滞留。"),
    Issue.DAMAGED: _("包裹有破损，签收前请当面查看。"),
    Issue.MISSORTED: _("分拣走错了方向，正在改正。"),
    Issue.WRONG_STATION: _("送到了别的站点，正在转回。"),
    Issue.SEAL_BROKEN: _("装袋封签破损，已在核对。"),
    Issue.COUNT_MISMATCH: _("交接件数对不上，已在核对。"),
    Issue.TEMP_BREACH: _("运输温度超出要求，签收前请当面查看。"),
    Issue.BAD_ADDRESS: _("地址不清楚。请收件人联系承运企业补充。"),
    Issue.WEATHER: _("受天气影响，会晚一些到。"),
}
# The road on the page: a step is reached from this rank on (states.RANKS).
RAILS = {
    Direction.DOWN: (
        (0, _("县外")), (40, _("县中心")), (50, _("乡镇")), (70, _("村里")), (100, _("签收")),
    ),
    Direction.UP: (
        (0, _("收寄")), (50, _("乡镇")), (62, _("县中心")), (66, _("县外")), (100, _("签收")),
    ),
}  # fmt: skip
NO_RAIL = frozenset({Stage.RETURNING, Stage.RETURNED, Stage.CANCELLED, Stage.LOST, Stage.DESTROYED})

LABELS = {
    "partly": _("已取走一部分"),
    "partly_text": _("到站的已取走，还有几件没到；到了会再通知收件人，现在不用去。"),
    "forwarded": _("已转%(carrier)s"),
    "forwarded_text": _("由它继续运送，新单号 %(number)s，可到它那里查。"),
    "day": _("到站第 %(n)s 天。"),
    "day_until": _("到站第 %(n)s 天，请在 %(until)s前取。"),
    "bound_for": _("将送到"),
    "successor": _("新单号"),
    "at_station": _("已到取件站点"),
    "at_station_text": _("站点正在上架，还不能取。可以取时会通知收件人。"),
    "no_texts": _("登记的电话收不到短信。请收件人带身份证件，在营业时间内到站点取件。"),
    "journey": _("到了哪一步"),
    "last": _("最近消息"),
    "none_yet": _("还没有扫描记录"),
    "place": _("所在县乡"),
    "village": _("村"),
    "station": _("取件站点"),
    "address": _("站点地址"),
    "phone": _("站点电话"),
    "eta": _("预计到达"),
    "carrier": _("承运企业"),
    "recipient": _("收件人"),
    "timeline": _("一路经过"),
    "variant": _("签收方式"),
    "more": _("查看详情"),
    "done": _("已过"),
}
WEEKDAYS = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))


@dataclass(frozen=True)
class Words:
    """All of the above as plain text of one language, so that the hot path translates nothing."""

    language: str
    stages: dict[str, str]
    events: dict[str, str]
    meanings: dict[str, str]
    issues: dict[str, str]
    advice: dict[str, str]
    variants: dict[str, str]
    rails: dict[str, list[tuple[int, str]]]
    labels: dict[str, str]
    weekdays: tuple[str, ...]

    def day(self, moment: dt.datetime) -> str:
        """11月20日 星期五 / Friday 20 Nov."""
        name = self.weekdays[moment.weekday()]
        return f"{name} {self.short(moment)}" if self.language == "en" else f"{self.short(moment)} {name}"

    def moment(self, moment: dt.datetime) -> str:
        return f"{self.day(moment)} {clock(moment)}"

    def short(self, moment: dt.datetime) -> str:
        """12月8日 / 8 Dec."""
        return short_day(moment.month, moment.day, english=self.language == "en")

    def band(self, start: dt.datetime, end: dt.datetime) -> str:
        """The ETA as a span of time: within one day with hours, else from day to day."""
        if start == end:
            return self.moment(end)
        if start.date() == end.date():
            return f"{self.day(start)} {clock(start)}–{clock(end)}"
        return f"{self.day(start)} – {self.day(end)}"

    def event(self, code: str, issue: str | None) -> str:
        text = self.events.get(code) or self.issues.get(code, code)
        named = self.issues.get(issue or "")
        return f"{text}: {named}" if named and code == Act.ISSUE_RESOLVED else text


def clock(moment: dt.datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


def county_time(text: str) -> dt.datetime:
    """A time of the facts as the county's clocks show it."""
    return dt.datetime.fromisoformat(text).astimezone(COUNTY_TIME)


def _plain(table) -> dict[str, str]:
    return {str(getattr(key, "value", key)): str(text) for key, text in table.items()}


@lru_cache(maxsize=8)
def words(language: str) -> Words:
    with override(language):
        return Words(
            language="en" if language == "en" else "zh-CN",
            stages=_plain(dict(Stage.choices)),
            events=_plain(EVENTS),
            meanings=_plain(MEANINGS),
            issues=_plain(dict(Issue.choices)),
            advice=_plain(ADVICE),
            variants=_plain(dict(Variant.choices)),
            rails={str(d.value): [(rank, str(text)) for rank, text in steps] for d, steps in RAILS.items()},
            labels=_plain(LABELS),
            weekdays=tuple(str(day) for day in WEEKDAYS),
        )
