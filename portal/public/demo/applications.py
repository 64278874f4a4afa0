"""Applications of the demo county, one in each state: drafts, waiting, returned, decided. Names, numbers and plates are
made up; the evidence is a picture that says so."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from PIL import Image, ImageDraw

from logistics.licensing import selectors, services
from logistics.licensing.kinds import kind_of
from logistics.licensing.models import Application
from logistics.licensing.services.documents import add_document
from logistics.registry.models import Enterprise
from portal.core.checkdigits import credit_code_check, id_number_check, organisation_code_check, vin_check
from portal.core.clock import county_day
from portal.public.demo import cast
from portal.public.demo.people import actor

HOME, TOWN = cast.HOME_VILLAGE, f"{cast.TOWNSHIP}000"
_VIN, _CREDIT = "LGXC16DF0A0", f"91{cast.COUNTY}MA"
_COLOURS = ("#c8d6e5", "#dfe6d5", "#e8dccb")


def build(*, now: dt.datetime) -> int:
    """Makes them unless there are some. Returns how many were made."""
    if Application.objects.filter(demo=True).exists():
        return 0
    week = [now - dt.timedelta(days=days) for days in range(8)]
    firm = Enterprise.objects.get(code=cast.CARRIERS[0].code)
    made = [
        _draft("vehicle", "villager", _vehicle(now, 1, brand="五菱宏光"), week[1]),
        _submitted("station", "keeper", _locker(), week[2]),
        _submitted("courier", "villager", _courier(now), week[3]),
        _withdrawn("vehicle", "driver", _vehicle(now, 2), week[4]),
        _returned("vehicle", "enterprise_admin", _vehicle(now, 3), week[5], firm),
        _checked("enterprise", "relative", _enterprise(1, "庄浪山货电子商务有限公司(演示)", "山货电商"), week[2]),
        _refused("enterprise", "relative", _enterprise(2, "庄浪洋芋加工厂(演示)", "洋芋加工", "maker"), week[6]),
        _approved("vehicle", "enterprise_admin", _vehicle(now, 4, type="light_truck", load_kg="1490"), week[7], firm),
    ]
    return len(made)


# -- the ways -----------------------------------------------------------------------------------------------
def _draft(kind: str, who: str, form: dict[str, Any], at: dt.datetime, firm: Enterprise | None = None) -> Application:
    row = services.start(kind=kind, purpose="new", actor=actor(who), now=at, enterprise=firm, demo=True)
    services.save_draft(application=row, values=form, actor=actor(who), now=at)
    row.refresh_from_db()
    return row


def _submitted(
    kind: str, who: str, form: dict[str, Any], at: dt.datetime, firm: Enterprise | None = None
) -> Application:
    row = _draft(kind, who, form, at, firm)
    for number, code in enumerate(selectors.missing_documents(application=row)):
        add_document(
            application=row, kind=code, file=_picture(row, number), name=f"{code}.png", actor=actor(who), now=at
        )
    return services.submit(application=row, actor=actor(who), now=at)


def _withdrawn(kind: str, who: str, form: dict[str, Any], at: dt.datetime) -> Application:
    return services.withdraw(application=_draft(kind, who, form, at), actor=actor(who), now=_later(at))


def _claimed(row: Application, at: dt.datetime) -> Application:
    return services.claim(application=row, actor=actor("county_official"), now=_later(at))


def _checked(
    kind: str, who: str, form: dict[str, Any], at: dt.datetime, firm: Enterprise | None = None, *, release: bool = True
) -> Application:
    official = actor("county_official")
    row = _claimed(_submitted(kind, who, form, at, firm), at)
    for item in kind_of(kind).checklist:
        if not item.automatic:
            services.check(application=row, item=item.code, passed=True, actor=official, now=_later(at))
    if release:
        services.release(application=row, actor=official, now=_later(at))
    return row


def _returned(kind: str, who: str, form: dict[str, Any], at: dt.datetime, firm: Enterprise | None) -> Application:
    row = _claimed(_submitted(kind, who, form, at, firm), at)
    remarks = {"brand": "与行驶证不一致，请照行驶证填写。", "photo": "照片看不清号牌，请重新拍。"}
    return services.return_for_changes(
        application=row, revision=row.revision, remarks=remarks, actor=actor("county_official"), now=_later(at)
    )


def _refused(kind: str, who: str, form: dict[str, Any], at: dt.datetime) -> Application:
    row = _claimed(_submitted(kind, who, form, at), at)
    why = "经营场所不在本县。请到实际经营地申请。"
    return services.refuse(
        application=row, revision=row.revision, why=why, actor=actor("county_official"), now=_later(at)
    )


def _approved(kind: str, who: str, form: dict[str, Any], at: dt.datetime, firm: Enterprise | None) -> Application:
    row = _checked(kind, who, form, at, firm, release=False)
    return services.approve(application=row, revision=row.revision, actor=actor("county_official"), now=_later(at))


def _later(at: dt.datetime) -> dt.datetime:
    return at + dt.timedelta(hours=3)


# -- the forms ----------------------------------------------------------------------------------------------
def _enterprise(number: int, name: str, short_name: str, kind: str = "ecommerce") -> dict[str, Any]:
    body = f"{_CREDIT}{number:06d}"
    body += organisation_code_check(body[8:])
    return {
        "name": name, "short_name": short_name, "kind": kind, "division": TOWN, "address": "水洛镇南大街",
        "credit_code": body + credit_code_check(body), "founded_on": "2021-03-15", "legal_person": "王小红",
        "contact_name": "王小红", "contact_phone": cast.phone(2),
    }  # fmt: skip


def _locker() -> dict[str, Any]:
    return {
        "name": "何马村快递柜(演示)", "kind": "locker", "division": HOME, "address": "村委会门口",
        "point": "106.021300,35.214700", "hours": "24小时", "phone": cast.phone(11)[3:], "capacity": "60",
        "services": ["pickup"], "equipment": ["locker", "camera"], "premises": "owned",
        "contact_name": "何守站", "contact_phone": cast.phone(11),
    }  # fmt: skip


def _vehicle(now: dt.datetime, number: int, **changed: Any) -> dict[str, Any]:
    raw = f"{_VIN}{number:06d}"
    today = county_day(now)
    return {
        "plate_kind": "new_small", "plate": f"甘LD{number:05d}", "type": "van", "brand": "瑞驰EC35",
        "vin": raw[:8] + vin_check(raw) + raw[9:], "division": TOWN, "ownership": "owned", "load_kg": "900",
        "volume_l": "4800", "cold_box": False, "registered_on": (today - dt.timedelta(days=700)).isoformat(),
        "insurance_from": (today - dt.timedelta(days=100)).isoformat(),
        "insurance_until": (today + dt.timedelta(days=264)).isoformat(),
        "inspection_until": (today + dt.timedelta(days=330)).isoformat(),
    } | changed  # fmt: skip


def _courier(now: dt.datetime) -> dict[str, Any]:
    body = f"{cast.COUNTY}{now.year - 28}0612015"
    return {
        "kind": "courier", "name": "王小明", "id_number": body + id_number_check(body), "phone": cast.phone(1),
        "division": TOWN,
    }  # fmt: skip


def _picture(row: Application, number: int) -> io.BytesIO:
    """A sheet that says DEMO; each of an application differs, because the same paper is kept once."""
    sheet = Image.new("RGB", (480, 320), _COLOURS[number % len(_COLOURS)])
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((16, 16, 464, 304), outline="#57606f", width=4)
    pen.text((40, 140), f"DEMO {row.number} / {number + 1}", fill="#2f3542", font_size=26)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    file.seek(0)
    return file
