"""What to try with the demo data: numbers that exist now, and the digits that open them."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from logistics.parcels.lookup import tail_hash
from logistics.parcels.models import Parcel, ParcelContact
from logistics.parcels.states import ContactRole, Direction, Stage
from portal.public.demo import cast
from portal.public.demo.journeys import PHONES, PIECES, PIECES_HERE

SHOWN = (
    (Stage.READY_FOR_PICKUP, "待取件 waiting at the village"),
    (Stage.LINEHAUL, "干线途中 on the road"),
    (Stage.DELIVERED, "已签收 delivered"),
    (Stage.RETURNING, "退回途中 on its way back"),
)


def lines() -> list[str]:
    """Nothing but the scheme of made-up people: real parcels are never named here."""
    demo = Parcel.objects.filter(demo=True)
    if not demo.exists():
        return ["  (没有演示包裹 no demo parcels)"]
    out = [f"  {settings.PUBLIC_URL}/t/<单号>  只用单号:状态、位置、时间 number only: tier 0"]
    for stage, label in SHOWN:
        rows = demo.filter(stage=stage, direction=Direction.DOWN, pieces=1, contacts__phone__gt="")
        parcel = rows.filter(contacts__role=ContactRole.RECIPIENT).order_by("-id").first()
        if parcel:
            out.append(_line(parcel, label))
    out += _special(demo)
    troubled = demo.exclude(issues=[]).filter(closed_at=None, direction=Direction.DOWN).order_by("-id").first()
    if troubled:
        out.append(_line(troubled, f"有异常 in trouble ({', '.join(troubled.issues)})"))
    forwarded = demo.filter(numbers__kind="successor").order_by("-id").first()
    if forwarded:
        number = forwarded.numbers.get(kind="successor").number
        out.append(_line(forwarded, f"转邮政，新单号 {number} handed to the post, both numbers find it"))
    upward = demo.filter(direction=Direction.UP, closed_at=None).order_by("-id").first()
    if upward:
        out.append(_line(upward, "农产品上行 farm produce to the city", ContactRole.SENDER))
    own = demo.filter(contacts__phone=cast.phone(1), contacts__role=ContactRole.RECIPIENT, closed_at=None)
    out.append(
        f"  登录 sign in {cast.phone(1)[3:]}:我的包裹 {own.count()} 件在途，可看取件码、指定代收人 "
        "my parcels, pickup code, proxy: tier 2"
    )
    out.append("  站长登录后查邻村站的包裹:404 the keeper next door gets 404 for the parcels above")
    return out


def _special(demo: QuerySet[Parcel]) -> list[str]:
    """Parcels in several pieces, and those whose phone is a relay number or was partly hidden by the shop."""
    found = [(demo.filter(pieces__gt=1, closed_at=None), f"{PIECES} 件到了 {PIECES_HERE} 件 some pieces have come", "")]
    labels = {"relay": "虚拟号，尾号是分机号 relay number", "masked": "面单上隐去的号码 partly hidden phone"}
    for scene, label in labels.items():
        digits = PHONES[scene][-4:]
        contacts = ParcelContact.objects.filter(tail_hash=tail_hash(digits), phone="", role=ContactRole.RECIPIENT)
        found.append((demo.filter(pk__in=contacts.values("parcel")), label, digits))
    return [_line(parcel, label, tail=tail) for rows, label, tail in found if (parcel := rows.order_by("-id").first())]


def _line(parcel: Parcel, label: str, role: str = ContactRole.RECIPIENT, tail: str = "") -> str:
    phone = tail or ParcelContact.objects.filter(parcel=parcel, role=role).values_list("phone", flat=True).first() or ""
    number = parcel.carrier_number or parcel.waybill
    return f"  {number}  尾号 last four {phone[-4:]}  {label}"
