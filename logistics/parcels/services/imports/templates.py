"""Files to fill in: all columns of a kind, a line of an example that would come in, drop-downs for what is a set."""

from __future__ import annotations

import datetime as dt
import io

from django.utils.translation import gettext as _

from logistics.parcels.models import Parcel
from logistics.parcels.services.imports.columns import COLUMNS, REQUIRED
from logistics.parcels.services.imports.names import county_of
from logistics.parcels.states import EVENT_LABELS, ImportKind, Stage, Variant
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import public_carriers, public_stations
from logistics.registry.states import EnterpriseKind, StationKind
from portal.core.clock import COUNTY_TIME
from portal.core.fill_in import Words, write_template
from portal.regions.models import Division
from portal.regions.states import Level

_NUMBER = "773000000001"  # of the example, where the sender has no parcel yet


def fields_of(kind: str) -> list[str]:
    """In the order of the template: required ones first."""
    return sorted(COLUMNS[kind], key=lambda field: field not in REQUIRED[kind])


def template_table(kind: str, *, sender: Enterprise | None, now: dt.datetime) -> list[list[str]]:
    """The headings, and one line of an example as `sender` would send it."""
    filled = _example(kind, sender, now)
    fields = fields_of(kind)
    return [[COLUMNS[kind][field][0] for field in fields], [filled.get(field, "") for field in fields]]


def template_workbook(kind: str, *, sender: Enterprise | None, now: dt.datetime) -> bytes:
    """The same as a workbook, with drop-downs of the names that stand in this county."""
    header, *examples = template_table(kind, sender=sender, now=now)
    lists = {
        place: words for place, field in enumerate(fields_of(kind)) if (words := _words(field, sender)) is not None
    }
    out = io.BytesIO()
    write_template(
        out, title=str(ImportKind(kind).label), header=header, examples=examples, lists=lists, cover_title=""
    )
    return out.getvalue()


def _words(field: str, sender: Enterprise | None) -> Words | None:
    if field == "direction":
        return Words(("下行", "上行"))
    if field == "carrier":
        return Words(tuple(public_carriers().values_list("short_name", flat=True)), closed=False)
    if field in ("destination", "origin"):
        return Words(tuple(_townships(sender).values_list("name", flat=True)), closed=False)
    if field in ("destination_station", "origin_station", "station"):
        names = list(public_stations(within=_within(sender)).values_list("name", flat=True))
        return Words(tuple(name for name in names if names.count(name) == 1), closed=False)
    if field == "code":
        return Words(tuple(str(label) for label in EVENT_LABELS.values()), closed=False)
    if field == "variant":
        return Words(tuple(str(label) for label in Variant.labels), closed=False)
    return None


def _example(kind: str, sender: Enterprise | None, now: dt.datetime) -> dict[str, str]:
    carrier = sender if sender is not None and sender.kind == EnterpriseKind.CARRIER else public_carriers().first()
    name = carrier.short_name if carrier is not None else ""
    if kind == ImportKind.PARCELS:
        return {
            "direction": "下行", "carrier": name, "carrier_number": _NUMBER, "destination": _village(sender),
            "recipient_name": "王小明", "recipient_phone": "13893300001", "recipient_address": "村委会旁",
            "pieces": "1", "weight": "1.5",
        }  # fmt: skip
    hub = public_stations(within=_within(sender)).filter(kind=StationKind.HUB).first()
    return {
        "number": _own_number(sender) or _NUMBER, "carrier": name, "code": str(EVENT_LABELS[Stage.AT_COUNTY]),
        "at": now.astimezone(COUNTY_TIME).strftime("%Y-%m-%d %H:%M:%S"), "station": hub.name if hub else "",
        "text": _("到达县级中心"),
    }  # fmt: skip


def _own_number(sender: Enterprise | None) -> str:
    """Number of a parcel of the sender that is on its way to the county, so that the example says something true."""
    if sender is None:
        return ""
    coming = Parcel.objects.filter(carrier=sender, stage__in=(Stage.CREATED, Stage.COLLECTED, Stage.LINEHAUL))
    return coming.order_by("-id").values_list("carrier_number", flat=True).first() or ""


def _village(sender: Enterprise | None) -> str:
    """A village with a station, called by its township and its name; else a township."""
    stations = public_stations(within=_within(sender)).filter(kind=StationKind.VILLAGE)
    station: Station | None = stations.select_related("division__parent").first()
    if station is not None and station.division.parent is not None:
        return f"{station.division.parent.name}{station.division.name}"
    return _townships(sender).values_list("name", flat=True).first() or ""


def _townships(sender: Enterprise | None):
    rows = Division.objects.filter(level=Level.TOWNSHIP, code__startswith=_within(sender))
    return rows.order_by("code")


def _within(sender: Enterprise | None) -> str:
    """Code prefix of the county from which the sender is; without one, of the county that has stations."""
    if sender is not None:
        return county_of(sender)
    code = Station.objects.order_by("pk").values_list("division_id", flat=True).first() or ""
    return code[: int(Level.COUNTY)]
