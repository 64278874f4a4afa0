"""What the pages know of each task: its sign, at which kinds of stations it is done, what may stay in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.desk.states import Task
from logistics.registry.states import StationKind

_TRANSIT = frozenset({StationKind.HUB, StationKind.TOWNSHIP})
PICKUP_KINDS = frozenset({StationKind.TOWNSHIP, StationKind.VILLAGE, StationKind.LOCKER})
_ANY = frozenset(StationKind)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """What a page is like.

    `secret`: what is scanned may open a parcel (code, link), so the browser keeps nothing of it. `alone`: scans need
    nothing of the portal before their answer, so the page may be opened without a line.
    """

    task: Task
    icon: str
    text: Any
    start: Any  # what to do first, shown before the first scan
    stations: frozenset[StationKind] = _ANY
    secret: bool = False
    alone: bool = False
    title_elsewhere: Any = ""  # where the task's own name would be wrong: a township station is no county hub

    def title_at(self, station) -> Any:
        return self.title_elsewhere if self.title_elsewhere and station.kind != StationKind.HUB else self.task.label


PAGES = {
    page.task: page
    for page in (
        TaskPage(
            Task.HUB_INBOUND,
            "warehouse",
            _("每件到站先扫一次"),
            _("扫面单条码，屏幕会大字显示下一站。"),
            _TRANSIT,
            alone=True,
            title_elsewhere=_("镇站到件"),
        ),
        TaskPage(
            Task.SORT,
            "split",
            _("按去向装袋，再封签"),
            _("先点要装的去向，再逐件扫描，最后封签。"),
            _TRANSIT,
        ),
        TaskPage(
            Task.OPEN_BAG,
            "package-open",
            _("核对封签，清点袋内"),
            _("先扫邮袋条码，再逐件扫描袋内包裹。"),
            _ANY,
        ),
        TaskPage(
            Task.INBOUND,
            "package-check",
            _("上货架，通知收件人"),
            _("先填货架位或扫货架标签，再逐件扫面单。"),
            PICKUP_KINDS,
            alone=True,
        ),
        TaskPage(
            Task.GIVE_OUT,
            "handshake",
            _("凭取件码、链接或证件"),
            _("请收件人报取件码，或扫短信里的链接、面单条码。"),
            PICKUP_KINDS,
            secret=True,
        ),
        TaskPage(
            Task.HAND_OVER,
            "arrow-right-left",
            _("交给司机、下一站或快递企业"),
            _("逐件扫要交出的包裹或邮袋，再选接收方。"),
        ),
        TaskPage(
            Task.TAKE_OVER,
            "inbox",
            _("扫对方的二维码，清点后接收"),
            _("先扫交出方手机上的二维码，再逐件清点。"),
        ),
        TaskPage(
            Task.LOAD,
            "truck",
            _("领件上门派送"),
            _("逐件扫要带走派送的包裹。"),
            alone=True,
        ),
        TaskPage(
            Task.STOCK_TAKE,
            "clipboard-check",
            _("数一数，看差了哪些"),
            _("点“开始盘点”，再把货架上的包裹逐件扫一遍。"),
            PICKUP_KINDS,
        ),
        TaskPage(
            Task.FIND,
            "search",
            _("查单号、货架和去向"),
            _("扫面单条码，或输入任一单号。"),
        ),
    )
}
