"""From a line of a file to what the services take."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from logistics.parcels.events import NewEvent
from logistics.parcels.services.imports.cells import SheetRow, code_of, decimal_of, moment_of, text_of
from logistics.parcels.services.imports.columns import Header
from logistics.parcels.services.imports.problems import RowProblem
from logistics.parcels.services.parcels import ParcelDraft
from logistics.parcels.states import EVENT_LABELS, Direction, Issue, Stage, Variant
from logistics.parcels.warnings import RowWarning
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind
from portal.core.masking import scrub

# What carriers' own exports call the event, besides our codes and labels.
_SYNONYMS: dict[str, str] = {
    "下单": Stage.CREATED, "揽收": Stage.COLLECTED, "揽件": Stage.COLLECTED, "已揽件": Stage.COLLECTED,
    "收件": Stage.COLLECTED,
    "收寄": Stage.COLLECTED, "在途": Stage.LINEHAUL, "运输中": Stage.LINEHAUL, "中转": Stage.LINEHAUL,
    "到县": Stage.AT_COUNTY,
    "到达县中心": Stage.AT_COUNTY, "集包": Stage.BAGGED, "到乡镇": Stage.AT_TOWN, "派件": Stage.OUT_FOR_DELIVERY,
    "派送": Stage.OUT_FOR_DELIVERY, "派件中": Stage.OUT_FOR_DELIVERY, "入库": Stage.READY_FOR_PICKUP,
    "到站": Stage.READY_FOR_PICKUP,
    "入柜": Stage.READY_FOR_PICKUP, "签收": Stage.DELIVERED, "妥投": Stage.DELIVERED, "退回": Stage.RETURNING,
    "退件": Stage.RETURNING,
    "退签": Stage.RETURNED, "销单": Stage.CANCELLED, "遗失": Stage.LOST, "丢失": Stage.LOST, "拒收": Issue.REFUSED,
    "破损": Issue.DAMAGED,
    "滞留": Issue.HELD, "问题件": Issue.HELD, "无法联系": Issue.UNREACHABLE, "超区": Issue.OUT_OF_AREA,
}  # fmt: skip
_DIRECTIONS = {
    "": Direction.DOWN,
    "下行": Direction.DOWN,
    "到村": Direction.DOWN,
    "上行": Direction.UP,
    "出村": Direction.UP,
}


@cache
def _labels(language: str) -> dict[str, str]:
    with override(language):
        return {str(label).lower(): code for code, label in EVENT_LABELS.items()}


@cache
def _variants(language: str) -> dict[str, str]:
    with override(language):
        return {str(label).lower(): code for code, label in Variant.choices}


def event_code(text: str) -> str:
    """Our code for what a file calls an event; unknown words come back as they are and are refused as such."""
    plain = text.strip()
    if plain.upper() in EVENT_LABELS:
        return plain.upper()
    known = _labels("zh-hans").get(plain.lower()) or _labels("en").get(plain.lower()) or _SYNONYMS.get(plain)
    return str(known or plain)


class Names:
    """Enterprises and stations by any of the names a file may use. One look-up each for the whole file."""

    def __init__(self, enterprise: Enterprise):
        self.own = enterprise
        self._enterprises: dict[str, str] | None = None
        self._stations: dict[str, list[str]] | None = None

    def carrier(self, text: str) -> str:
        """Enterprise code; an unknown name comes back as it is."""
        if not text:
            return self.own.code if self.own.kind == EnterpriseKind.CARRIER else ""
        if self._enterprises is None:
            rows = Enterprise.objects.values_list("code", "name", "short_name", "kuaidi100_code")
            self._enterprises = {name.lower(): row[0] for row in rows for name in row if name}
        return self._enterprises.get(text.lower(), text)

    def station(self, text: str) -> str:
        """Station code. Raises RowProblem when several stations bear the name."""
        if not text:
            return ""
        if self._stations is None:
            self._stations = {}
            for code, name in Station.objects.values_list("code", "name"):
                self._stations.setdefault(name, []).append(code)
                self._stations[code] = [code]
        codes = self._stations.get(text) or [text]
        if len(codes) > 1:
            raise RowProblem("station_ambiguous", _("有几个站点叫“%(name)s”。请改填站点代码。") % {"name": text[:40]})
        return codes[0]


UNREADABLE_CELL = "?"  # a formula, or a number that a spreadsheet cut off


def parcel_of(row: SheetRow, header: Header, names: Names, warnings: list[RowWarning]) -> ParcelDraft:
    """Raises RowProblem. What does not keep the line out is added to `warnings`."""

    def code(field: str) -> str:
        return code_of(header.cell(row, field), header.heading(field)) if field in header.fields else ""

    def text(field: str) -> str:
        return text_of(header.cell(row, field), header.heading(field)) if field in header.fields else ""

    def phone(field: str) -> str:
        """As it stands, blanks and all. A cell that can't be read is told, as any phone that can't."""
        try:
            return text(field) if code(field) else ""
        except RowProblem:
            return UNREADABLE_CELL

    number = code("carrier_number")
    if not number:
        raise RowProblem("number_missing", _("没有填写快递单号。请补上单号。"))
    direction = text("direction")
    return ParcelDraft(
        direction=str(_DIRECTIONS.get(direction, direction.upper())),
        carrier=names.carrier(text("carrier")),
        carrier_number=number,
        destination=code("destination"),
        origin=code("origin"),
        destination_station=names.station(text("destination_station")),
        origin_station=names.station(text("origin_station")),
        recipient_name=text("recipient_name"),
        recipient_phone=phone("recipient_phone"),
        recipient_address=text("recipient_address"),
        sender_name=text("sender_name"),
        sender_phone=phone("sender_phone"),
        sender_address=text("sender_address"),
        pieces=_pieces(row, header),
        weight_grams=_grams(row, header),
    )


def _pieces(row: SheetRow, header: Header) -> int:
    if "pieces" not in header.fields:
        return 1
    number = decimal_of(header.cell(row, "pieces"), header.heading("pieces"))
    if number is None:
        return 1
    if number != number.to_integral_value() or not 1 <= number <= 999:
        raise RowProblem("bad_pieces", _("件数应为 1 至 999 的整数。"))
    return int(number)


def _grams(row: SheetRow, header: Header) -> int | None:
    for field, factor in (("weight_grams", 1), ("weight", 1000)):
        if field in header.fields:
            number = decimal_of(header.cell(row, field), header.heading(field))
            if number is not None:
                if not 0 < number * factor <= 10_000_000:
                    raise RowProblem("bad_weight", _("重量应大于 0、不超过 10 吨。请核对单位。"))
                return max(1, int((number * factor).to_integral_value()))
    return None


def event_of(row: SheetRow, header: Header, names: Names, warnings: list[RowWarning]) -> NewEvent:
    """Raises RowProblem; what does not keep the line out is added to `warnings`.

    The text is scrubbed here, before anything else sees it.
    """

    def text(field: str) -> str:
        return text_of(header.cell(row, field), header.heading(field)) if field in header.fields else ""

    number = code_of(header.cell(row, "number"), header.heading("number"))
    if not number:
        raise RowProblem("number_missing", _("没有填写单号。请补上单号。"))
    carrier, variant, issue = text("carrier"), text("variant"), text("issue")
    return NewEvent(
        id=text("id")[:64],
        number=number[:60],
        code=event_code(text("code")),
        at=moment_of(header.cell(row, "at"), header.heading("at")).isoformat(),
        carrier=names.carrier(carrier) if carrier else "",
        station=names.station(text("station")),
        reason=text("reason")[:40],
        text=scrub(text("text")),
        variant=str(
            _variants("zh-hans").get(variant.lower()) or _variants("en").get(variant.lower()) or variant.upper()
        ),
        issue=event_code(issue) if issue else "",
    )
