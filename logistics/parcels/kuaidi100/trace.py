"""What a row of a trace means beside the other rows: kept for pickup, or taken out and signed for.

kuaidi100's code tables call 501 the arrival in a locker or station and 304 the taking out of it. With main states
only (resultv2 = 1) the same two steps come as 在途 and 签收, and just the text tells them apart. Source: the three
public code tables compared in docs/decisions/station-sign-is-not-delivered.md.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from logistics.parcels.kuaidi100.codes import Meaning
from logistics.parcels.states import Stage, Variant

READY = Meaning(Stage.READY_FOR_PICKUP)
TAKEN_OUT = Meaning(Stage.DELIVERED, Variant.STATION)
_MOVING = frozenset({"", "0", "5"})  # states beside which a text may tell of an arrival at a shelf
_SIGNED = frozenset({"3", "304"})
_KEPT = re.compile("代收|代签|驿站|自提|快递柜|智能柜|丰巢|代理点|服务点|服务站|入柜|取件柜")
# The recipient is asked to come: the parcel lies there still.
_INVITES = re.compile(
    "(?:请|(?<!已)(?<!人)凭[^，。,;；]{0,24}?(?:到|至|往|来|去))[^，。,;；]{0,40}?(?:取件(?![人员码])|取货(?!码)|领取|自提|提货|取走)"
    "|(?:等待|待)您?(?:取件|取货|领取|自提)|(?:及时|尽快)(?:前往|到|来|去)?(?:取|领)"
)
_AT_HOME = re.compile("上门")
_TAKEN = re.compile("凭取[件货]码|凭提货码|取出|领取|取走|已取件|已自提|取件成功")


def in_context(state: str, own: Meaning, text: str, kept_before: bool) -> Meaning:
    """The meaning of a row of `state`, when an arrival in a locker or station came before it or did not.

    A function of the trace as a set: the order in which rows or pushes come in plays no part.
    """
    if state in _MOVING:
        return READY if tells_arrival(text) else own
    if state not in _SIGNED:
        return own
    if kept_before or tells_taken(text):
        return TAKEN_OUT if state == "304" or _TAKEN.search(text) else own
    return READY if state == "304" or tells_arrival(text) else own


def tells_arrival(text: str) -> bool:
    """由…驿站代收，请及时取件: it lies at a locker or station and its recipient is asked to come."""
    return bool(_KEPT.search(text) and _INVITES.search(text)) and not _AT_HOME.search(text)


def tells_taken(text: str) -> bool:
    """签收人凭取货码签收, 已取出: somebody has it. 请凭取货码领取 is an invitation and no such thing."""
    return bool(_TAKEN.search(text)) and not _INVITES.search(text)


def first_arrival(rows: Iterable[tuple[dt.datetime | None, str, str]]) -> dt.datetime | None:
    """When the trace first says that the parcel lies in a locker or station: (time, state, text) of each row."""
    times = [at for at, state, text in rows if at and (state == "501" or (state in _MOVING and tells_arrival(text)))]
    return min(times, default=None)
