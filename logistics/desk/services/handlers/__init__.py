"""What each scan page does with a barcode."""

from __future__ import annotations

from collections.abc import Callable

from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.handlers.bagging import open_bag, sort
from logistics.desk.services.handlers.counting import stock_take
from logistics.desk.services.handlers.giving import give_out
from logistics.desk.services.handlers.hub import hub_inbound
from logistics.desk.services.handlers.inbound import inbound
from logistics.desk.services.handlers.loading import load
from logistics.desk.services.handlers.looking import find
from logistics.desk.services.handlers.passing import hand_over, take_over
from logistics.desk.states import Task

HANDLERS: dict[str, Callable[[Call], Outcome]] = {
    Task.HUB_INBOUND: hub_inbound,
    Task.SORT: sort,
    Task.OPEN_BAG: open_bag,
    Task.HAND_OVER: hand_over,
    Task.TAKE_OVER: take_over,
    Task.INBOUND: inbound,
    Task.GIVE_OUT: give_out,
    Task.STOCK_TAKE: stock_take,
    Task.LOAD: load,
    Task.FIND: find,
}
