"""The base of every page of the officials' site: declared access, scoped records, audited changes.

    class StationAdmin(ScopedAdmin):
        access = {"view": P.STATION_VIEW, "add": P.STATION_EDIT, "change": P.STATION_EDIT, "delete": None}
        scope_fields = {"divisions": "division__code", "stations": "pk"}
        menu = Menu(PLACES, 10, "warehouse")
        exports = ("code", "name", "kind")            # what may leave as XLSX (export.py)
        actions = [bulk_action(SuspendStations)]      # dry run first, result per row, undo (members/access/bulk.py)

`None` means nobody. Someone else's record answers 404. Whoever needs more than `scope_fields` overrides `within`.
"""

from members.access.admin_base.bulk import REASON_KEY, bulk_action
from members.access.admin_base.days import DayRangeFilter
from members.access.admin_base.doors import guarded
from members.access.admin_base.export import MAX_ROWS, exported, lead_with
from members.access.admin_base.paging import COUNT_CAP, CappedPaginator
from members.access.admin_base.reasons import ReasonActionForm, admin_action, reason_field, reason_of
from members.access.admin_base.scope import difference, scope_filter, snapshot
from members.access.admin_base.scoped import ScopedAdmin

__all__ = [
    "COUNT_CAP",
    "MAX_ROWS",
    "REASON_KEY",
    "CappedPaginator",
    "DayRangeFilter",
    "ReasonActionForm",
    "ScopedAdmin",
    "admin_action",
    "bulk_action",
    "difference",
    "exported",
    "guarded",
    "lead_with",
    "reason_field",
    "reason_of",
    "scope_filter",
    "snapshot",
]
