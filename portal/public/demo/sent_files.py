"""Files of the demo carrier: one with warnings, one that waits for its sender's answers, and words the county added."""

from __future__ import annotations

import csv
import datetime as dt
import io

from logistics.parcels.models import ImportBatch, KnownWord
from logistics.parcels.services.imports.run import start_import
from logistics.parcels.states import ImportKind, PlaceWord, WordKind
from portal.public.demo import cast
from portal.public.demo.people import actor, persona
from portal.regions.models import Division, DivisionAlias

SENDER = "enterprise_admin"
FIRM = persona(SENDER).at
HOME = "庄浪县水洛镇何马村"
NOWHERE = "庄浪县老街口二巷5号"
HEADINGS = ("订单编号", "物流单号", "物流公司", "收货人姓名", "联系手机", "收货地址", "重量", "买家留言")
# What real exports have: a masked phone and a weight that is none. Both parcels are registered all the same.
WITH_WARNINGS = (
    ("D-101", "780000000101", "中通快递", "王小明", cast.phone(1), f"{HOME}3社", "1.5kg", ""),
    ("D-102", "780000000102", "中通", "何秀英", "174****0102", f"{HOME}5社", "2斤", "放门口"),
    ("D-103", "780000000103", "ZTO", "何建国", cast.phone(1103), f"{HOME}1社", "约两公斤", ""),
)
WITH_QUESTIONS = (
    ("D-201", "780000000201", "中通", "何满仓", cast.phone(1201), f"{HOME}2社", "0.8", ""),
    ("D-202", "780000000202", "飞马快运", "何桂兰", cast.phone(1202), f"{HOME}4社", "1", ""),
    ("D-203", "780000000203", "飞马快运", "马建军", cast.phone(1203), f"{HOME}6社", "1", ""),
    ("D-204", "780000000204", "中通", "李春花", cast.phone(1204), NOWHERE, "3", "到了打电话"),
)
WORDS = (
    (WordKind.EVENT, "到村口了", PlaceWord.ARRIVED),
    (WordKind.CARRIER, "庄浪中通", "zhongtong"),
    (WordKind.PARCEL_COLUMN, "送货村", "recipient_address"),
)
FORMER = ("大庄镇", "大庄乡")


def build(*, now: dt.datetime) -> int:
    """Returns how many files were added: none when the carrier sent any already."""
    _words()
    if ImportBatch.objects.filter(enterprise__code=FIRM).exists():
        return 0
    _send("网店订单-有提醒.csv", WITH_WARNINGS, now)
    _send("网店订单-待回答.csv", WITH_QUESTIONS, now)
    return 2


def _words() -> None:
    for kind, word, meaning in WORDS:
        if not KnownWord.objects.filter(kind=kind, word=word).exists():
            KnownWord.objects.create(kind=kind, word=word, meaning=meaning)
    township = Division.objects.filter(name=FORMER[0], prefix__startswith=cast.COUNTY).first()
    if township and not township.aliases.exists():
        DivisionAlias.objects.create(division=township, name=FORMER[1], note="乡改镇以前的名称")


def _send(name: str, rows: tuple[tuple[str, ...], ...], now: dt.datetime) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *rows])
    start_import(
        file=io.BytesIO(out.getvalue().encode("utf-8-sig")), name=name, kind=ImportKind.PARCELS, enterprise_code=FIRM,
        dry_run=False, actor=actor(SENDER), now=now,
    )  # fmt: skip
