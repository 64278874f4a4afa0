"""Every kind of paper there is, drawn with names that are hard to print: `KINDS` by the function that draws it."""

from __future__ import annotations

from collections.abc import Callable

from logistics.certificates.papers import Sheet, draw_card, draw_sheet
from logistics.documents.papers.labels import Label, Party, draw_labels
from logistics.documents.papers.manifests import Line, Manifest, draw_manifest
from logistics.documents.papers.proofs import Moment, Picture, Proof, draw_proof
from logistics.documents.papers.shelves import draw_shelves
from logistics.documents.papers.sizes import LabelSize, ShelfSize
from logistics.documents.papers.tags import Tag, draw_tag
from logistics.firms.papers.sign import Sign, SignSize, draw_sign
from tests.door.conftest import picture, signature

UYGHUR, TIBETAN, RARE = "ئابدۇللا تۇردى", "བཀྲ་ཤིས་རྡོ་རྗེ", "𡌶䶿鿿"
UYGHUR_PLACE = "ئۈرۈمچى شەھىرى، تىيانشان رايونى، 12-قورۇ"
TIBETAN_PLACE = "ལྷ་ས་གྲོང་ཁྱེར། ཁྲིན་ཀོན་ཆུས། སྐྱིད་སྒྲུབ་གྲོང་ཚོ།"
LINK = "https://wuliu.example.cn/t/XN0123456789AB"


def label(size: LabelSize = LabelSize.LARGE, *, people: tuple[str, str] = (UYGHUR, TIBETAN)) -> Label:
    return Label(
        waybill="XN0123456789AB", link=LINK, carrier="中通", carrier_number="73112345678901", code="ZL-HEMA",
        station=f"{RARE}村站", place=f"阿图什市 {UYGHUR_PLACE}", lane="BAG-01", badge="到村",
        recipient=Party(people[0], "138********", UYGHUR_PLACE), sender=Party(people[1], "139********", TIBETAN_PLACE),
        pieces=1, weight_grams=1250, registered="2026-11-20 12:00",
    )  # fmt: skip


def labels(size: LabelSize) -> bytes:
    return draw_labels([label(), label(people=(TIBETAN, RARE)), label(people=(RARE, UYGHUR))], size)


def manifest() -> bytes:
    lines = [
        Line(f"XN01234567{n:02}AB", "", (UYGHUR_PLACE, TIBETAN_PLACE, f"{RARE}村站")[n % 3], expected=True,
             scanned=n != 1, found="缺少" if n == 1 else "", odd=n == 1)
        for n in range(40)
    ]  # fmt: skip
    told = f"少一件，{UYGHUR} 看过；{TIBETAN_PLACE} 箱角破损"
    return draw_manifest(
        Manifest("17", LINK, f"水洛镇站 {UYGHUR}", f"司机 {TIBETAN}", f"{RARE}村站", "有争议", 40, 39,
                 "2026-11-20 12:00", "2026-11-20 12:30", told, 2, lines)
    )  # fmt: skip


def proof() -> bytes:
    facts = [
        ("收件人", UYGHUR),
        ("签收人", TIBETAN),
        ("地址", UYGHUR_PLACE),
        ("站点", f"{RARE}村站"),
        ("方式", "取件码"),
    ]
    journey = [Moment("11-20 12:00", "已签收", TIBETAN_PLACE), Moment("11-20 08:00", "待取件", UYGHUR_PLACE)]
    shown = [Picture("交付", picture()), Picture("签字", signature()), Picture("其他", picture())]
    return draw_proof(Proof("XN0123456789AB", LINK, facts, journey, shown, printed="2026-11-20 13:00"))


def shelves(size: ShelfSize) -> bytes:
    return draw_shelves(station=f"{RARE}站", shelves=["A-01", UYGHUR, TIBETAN, RARE], mark="ZL-HEMA", size=size)


def tag(size: LabelSize) -> bytes:
    return draw_tag(
        Tag("BAG0123456789", "ZL-HEMA", UYGHUR_PLACE, TIBETAN_PLACE, "F001234", 12, "已封签", "2026-11-20 12:00"), size
    )


def sheet(note: str = "") -> Sheet:
    return Sheet(
        title="村级站点证书", number="CS20260000001", holder=f"{TIBETAN_PLACE} {RARE}",
        says=f"经审核，{UYGHUR} 符合条件。",
        term="2026-11-20 至 2027-11-19", issuer="庄浪县交通运输局", issued="2026-11-20",
        link="https://wuliu.example.cn/verify/CS20260000001/", note=note,
        facts=[("站长", UYGHUR), ("地址", UYGHUR_PLACE), ("藏文地址", TIBETAN_PLACE), ("名称", f"{RARE}村站")],
    )  # fmt: skip


def sign(size: SignSize) -> bytes:
    return draw_sign(
        Sign(f"{RARE}村 {UYGHUR} 站", "村级站点", TIBETAN_PLACE, UYGHUR_PLACE, "09:00–18:00", "逢三、六、九", "",
             "0933-6621234", ("收件", "寄件", TIBETAN), "https://wuliu.example.cn/s/ZL-HEMA/", "12345"), size
    )  # fmt: skip


# By module and function, as the meta-test finds them; several drawings of one where the drawing differs.
KINDS: dict[str, dict[str, Callable[[], bytes]]] = {
    "logistics.documents.papers.labels.draw_labels": {
        "labels-large": lambda: labels(LabelSize.LARGE),
        "labels-small": lambda: labels(LabelSize.SMALL),
    },
    "logistics.documents.papers.manifests.draw_manifest": {"manifest": manifest},
    "logistics.documents.papers.proofs.draw_proof": {"proof": proof},
    "logistics.documents.papers.shelves.draw_shelves": {
        "shelves-sheet": lambda: shelves(ShelfSize.SHEET),
        "shelves-roll": lambda: shelves(ShelfSize.ROLL),
    },
    "logistics.documents.papers.tags.draw_tag": {
        "tag-large": lambda: tag(LabelSize.LARGE),
        "tag-small": lambda: tag(LabelSize.SMALL),
    },
    "logistics.certificates.papers.draw_sheet": {
        "certificate": lambda: draw_sheet(sheet()),
        "certificate-ended": lambda: draw_sheet(sheet("已失效")),
    },
    "logistics.certificates.papers.draw_card": {"card": lambda: draw_card(sheet())},
    "logistics.firms.papers.sign.draw_sign": {
        "sign-a4": lambda: sign(SignSize.A4),
        "sign-a5": lambda: sign(SignSize.A5),
    },
}
ALL = {name: draw for drawings in KINDS.values() for name, draw in drawings.items()}
