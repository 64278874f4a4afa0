"""What each scan page does with a barcode."""

from __future__ import annotations

from collections.abc import Callable

from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.tasks.hub import hub_inbound
from logistics.desk.services.tasks.inbound import inbound
from logistics.desk.services.tasks.looking import find
from logistics.desk.states import Task

HANDLERS: dict[str, Callable[[Call], Outcome]] = {
    Task.HUB_INBOUND: hub_inbound,
    Task.INBOUND: inbound,
    Task.FIND: find,
}
