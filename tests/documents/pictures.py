"""Pictures of the documents for docs/screenshots: `python -m tests.documents.pictures`.

Drawn from the examples below, without a portal, at the resolution of a screen; each sheet shows both languages.
"""

from __future__ import annotations

import io
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

from portal.env import make_secret

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
GAP, GROUND, COLOURS = 12, "#9aa09c", 16


def main() -> None:
    _settings()
    import django

    django.setup()
    from django.utils.translation import override

    from logistics.documents.papers.labels import Label, Party, draw_labels
    from logistics.documents.papers.manifests import Line, Manifest, draw_manifest
    from logistics.documents.papers.proofs import Moment, Picture, Proof, draw_proof
    from logistics.documents.papers.shelves import draw_shelves
    from logistics.documents.papers.sizes import LabelSize, ShelfSize
    from logistics.documents.papers.tags import Tag, draw_tag
    from portal.core.masking import mask_name

    label = Label(
        "XN7K3M9QPA2X4Z", "https://wuliu.example.gov.cn/t/XN7K3M9QPA2X4Z", "中通", "78001234567890", "ZL-HEMA",
        "何马村站", "水洛镇何马村委会", "水洛镇站", "到村", Party("王**", "138********", "何马村***"),
        Party("陈**", "139********", "浙江省金华市义乌市***"), 1, 1250, "2026-11-20 12:00",
    )  # fmt: skip
    long = replace(
        label, station="𡌶𡐓𣒍村站", badge="退回", code="ZL-SHUILUO-12",
        place="昌马乡𡌶𡐓𣒍村一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳",
    )  # fmt: skip
    tag = Tag("DB7K3M9QPA", "ZL-SHUILUO", "水洛镇站", "庄浪县寄递物流中心", "F0012345678", 28, "已封签", "11-20 12:00")
    lines = [
        Line(f"XN7K3M9QPA{n:02d}4Z", "DB7K3M9QPA" if n % 2 else "", "何马村站", True, n != 7, "缺少" * (n == 7), n == 7)
        for n in range(40)
    ]
    manifest = Manifest(
        "019aa0b1-7c3d-7d4e-9f10-1234567890ab", "https://wuliu.example.gov.cn/work/handovers/019aa0b1/",
        "庄浪县寄递物流中心", "1004 号工作人员", "庄浪县寄递物流中心", "有争议", 40, 39, "11-20 12:00  1002 号工作人员",
        "11-20 12:20  1004 号工作人员", "少一件，袋上封签完好，装车时未见。", 1, lines,
    )  # fmt: skip
    proof = Proof(
        "XN7K3M9QPA2X4Z", "https://wuliu.example.gov.cn/t/XN7K3M9QPA2X4Z",
        [("收件人", "王**  138********"), ("签收时间", "2026-11-20 12:00"), ("签收方式", "本人签收"),
         ("核验方式", "上门签收：照片"), ("经手人", "1004 号工作人员"), ("承运企业", "中通  78001234567890")],
        [Moment("11-18 09:10", "到达县级中心", "庄浪县寄递物流中心"), Moment("11-19 08:30", "到达乡镇站", "水洛镇站"),
         Moment("11-20 09:05", "派送中", "水洛镇站"), Moment("11-20 12:00", "已签收", "")],
        [Picture("签收照片", _photo()), Picture("手写签名", _signature())], 0, "2026-11-20 18:00",
    )  # fmt: skip
    with override("zh-hans"):
        _keep("paper-labels", [draw_labels([label, long], LabelSize.LARGE), draw_labels([long], LabelSize.SMALL)])
        _keep("paper-bag-tag", [draw_tag(tag, LabelSize.LARGE), draw_tag(tag, LabelSize.SMALL)])
        _keep("paper-manifest", [draw_manifest(manifest)])
        _keep("paper-proof", [draw_proof(proof)])
        shelves = [f"{rack}-{place}" for rack in (1, 2, 3) for place in range(1, 8)] + ["大件区", "冷藏柜上层", "A-12"]
        sheet = draw_shelves(station="何马村站", shelves=shelves, mark="HJ/", size=ShelfSize.SHEET)
        _keep("paper-shelves", [sheet])
        uyghur = replace(label, code="AT-AZAK", place="阿图什市 ئۈستۈن ئاتۇش، ئازاق كەنتى", station="ئازاق بېكىتى",
                         lane="阿扎克乡站", recipient=Party(mask_name("ئابدۇللا"), "138********", "***"))  # fmt: skip
        tibetan = replace(label, code="LZ-GDQG", place="林周县 སྐྱིད་སྒྲུབ་གྲོང་ཚོ།", station="ལྷུན་གྲུབ་ས་ཚིགས།",
                          lane="甘丹曲果镇站", recipient=Party(mask_name("བཀྲ་ཤིས"), "139********", "***"))  # fmt: skip
        _keep("paper-labels-scripts", [draw_labels([uyghur, tibetan], LabelSize.LARGE)])
    with override("en"):
        _keep("paper-labels-en", [draw_labels([replace(label, badge="To village")], LabelSize.LARGE),
                                  draw_tag(tag, LabelSize.LARGE), draw_manifest(manifest)])  # fmt: skip


def _settings() -> None:
    """What the portal needs to start; nothing here asks a server."""
    for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS"):
        os.environ.setdefault(name, make_secret(name))
    for name, value in (
        ("PORTAL_MODE", "test"),
        ("DJANGO_SETTINGS_MODULE", "portal.settings"),
        ("DATABASE_URL", "postgres://nobody@/portal?host=/nowhere"),
        ("REDIS_URL", "unix:///nowhere"),
    ):
        os.environ.setdefault(name, value)


def _keep(name: str, files: list[bytes]) -> None:
    pages = []
    for data in files:
        with closing(pypdfium2.PdfDocument(data)) as document:
            for page in document:
                with closing(page.render(scale=1.25)) as bitmap:
                    pages.append(bitmap.to_pil().convert("RGB").copy())
                page.close()
    whole = Image.new("RGB", (sum(p.width + GAP for p in pages) - GAP, max(p.height for p in pages)), GROUND)
    left = 0
    for page in pages:
        whole.paste(page, (left, 0))
        left += page.width + GAP
    whole.quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


def _photo() -> bytes:
    image = Image.new("RGB", (900, 700), "#c9d3cf")
    draw = ImageDraw.Draw(image)
    draw.rectangle((300, 300, 620, 560), fill="#b58a55", outline="#6d5130", width=6)
    draw.line((300, 430, 620, 430), fill="#e8dcc4", width=26)
    return _jpeg(image)


def _signature() -> bytes:
    image = Image.new("RGB", (600, 240), "white")
    ImageDraw.Draw(image).line((40, 160, 150, 50, 220, 190, 330, 70, 420, 180, 560, 90), fill="black", width=6)
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


if __name__ == "__main__":
    main()
