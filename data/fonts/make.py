"""Rebuilds the fonts of printed documents from the source packages named in README.md.

    python data/fonts/make.py FOLDER

FOLDER holds the unpacked packages (`dpkg -x PACKAGE.deb FOLDER`). Needs fonttools and pypinyin-dict. The same
sources give the same bytes. reportlab embeds TrueType outlines only, so Noto's cubic curves become quadratic ones.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import sys
from pathlib import Path

import joined
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from pypinyin_dict.pinyin_data import ktghz2013

HERE = Path(__file__).resolve().parent
DIVISIONS = HERE.parent / "divisions"
SOURCES = {  # file: sha256
    "NotoSansCJK-Regular.ttc": "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
    "NotoSansCJK-Bold.ttc": "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb",
    "NotoSans-Regular.ttf": "89c3c497f618fdaa0b2d1e98fef93582f28c71debd2c4a8cdf41f190ced2909d",
    "NotoSansArabic-Regular.ttf": "504d7407d86875acf7d04dfaa0fd7524d0b8797723bc4aa18022f29db25b0b6e",
    "NotoSerifTibetan-Regular.ttf": "5893c1e0aefb250bcbeff5c0f8ee4bb27cd3dc19b47d14954b154b094e10ee63",
    "HanaMinB.ttf": "829543436cdf7b4c6730e2af5806fa406f8ddf0d4b656e0cd49c58d4db1c8d3c",
    "LXGWWenKai-Regular.ttf": "bbf534b0ca093928f94d1782855e65a19a32cde82b075d495d072025521953c8",
}
KOREAN, SIMPLIFIED = 1, 2  # faces of the Noto collections
ERROR = 1.5  # largest distance of a curve from its original, in thousandths of the type size: 0.005 mm at 10 pt
# Latin, punctuation, arrows, units, boxes, circled numbers, full-width forms.
SIGNS = [(0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x203B), (0x20AC, 0x20AC), (0x2103, 0x2103),
         (0x2116, 0x2116), (0x2190, 0x2199), (0x2460, 0x2473), (0x2500, 0x257F), (0x25A0, 0x25CF), (0x2605, 0x2606),
         (0x2610, 0x2612), (0x2713, 0x2717), (0x3000, 0x301F), (0xFF01, 0xFF5E), (0xFFE5, 0xFFE5)]  # fmt: skip
# Han of Extension A; what Chinese writing borrows (kana, bopomofo, Roman numerals, ㎡, mathematics); doubles.
EXTENDED = [(0x3400, 0x4DBF), (0x2150, 0x2188), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x3040, 0x30FF), (0x3100, 0x312F),
            (0x31F0, 0x33FF), (0xF900, 0xFAFF), (0xFF5F, 0xFF9F)]  # fmt: skip
# Letters of other languages: Latin with all its marks, Greek, Cyrillic, and the signs between them.
LETTERS = [(0x0100, 0x024F), (0x0370, 0x04FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF),
           (0x2100, 0x214F)]  # fmt: skip
OFL = "SIL Open Font License 1.1"
FIXED = 3_800_000_000  # seconds since 1904: font files carry a date, and the same sources shall give the same bytes


NEWEST = [(0x4DB6, 0x4DBF), (0x9FF0, 0x9FFF)]  # what Unicode 13 and 14 added to Extension A and to the common block


def division_characters() -> set[str]:
    """Every character of every division name of the country, without private-use ones (no font can know those)."""
    found: set[str] = set()
    for path in sorted([*DIVISIONS.glob("*.csv"), *DIVISIONS.glob("*.gz"), *DIVISIONS.glob("villages/*.gz")]):
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
        for row in csv.reader(text.splitlines()):
            found.update(*row)
    return {c for c in found if not 0xE000 <= ord(c) <= 0xF8FF}


def common_characters() -> set[str]:
    """GB/T 2312: the 6,763 characters of everyday writing."""
    pairs = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    return {pair.decode("gb2312", "ignore") for pair in pairs} - {""}


def standard_characters() -> set[str]:
    """通用规范汉字表: the 8,105 characters of names and places, some outside the basic plane."""
    return set(map(chr, ktghz2013.pinyin_dict))


def hangul() -> set[str]:
    """KS X 1001: the 2,350 syllables of everyday writing, and single letters."""
    pairs = (bytes([high, low]) for high in (0xA4, *range(0xB0, 0xC9)) for low in range(0xA1, 0xFF))
    return {pair.decode("euc_kr", "ignore") for pair in pairs} - {"", "\u3164"}  # the last is a blank


def within(ranges: list[tuple[int, int]]) -> set[str]:
    return {chr(code) for first, last in ranges for code in range(first, last + 1)}


def signs() -> set[str]:
    return within(SIGNS)


def beyond(font: TTFont) -> set[str]:
    """What a font knows outside the basic plane, of Chinese characters."""
    return {chr(code) for code in font.getBestCmap() if 0x20000 <= code <= 0x3FFFF}


def subset(font: TTFont, characters: set[str]) -> TTFont:
    options = Options(hinting=False, glyph_names=False, notdef_outline=True, name_IDs=[], recalc_timestamp=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "gasp"]
    tool = Subsetter(options)
    tool.populate(text="".join(sorted(characters)))
    tool.subset(font)
    return font


def quadratic(font: TTFont, family: str, style: str, licence: str) -> TTFont:
    """The font with TrueType outlines under a name of its own."""
    glyphs, drawn, order = font.getGlyphSet(), {}, font.getGlyphOrder()
    for name in order:
        pen, outline = TTGlyphPen(None), DecomposingRecordingPen(glyphs)
        glyphs[name].draw(outline)
        outline.replay(Cu2QuPen(pen, ERROR, reverse_direction="CFF " in font))
        drawn[name] = pen.glyph()
    built = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    built.setupGlyphOrder(order)
    built.setupCharacterMap(font.getBestCmap())
    built.setupGlyf(drawn)
    widths = {name: font["hmtx"][name][0] for name in order}
    built.setupHorizontalMetrics({name: (width, getattr(drawn[name], "xMin", 0)) for name, width in widths.items()})
    built.setupHorizontalHeader(ascent=880, descent=-120)
    built.setupNameTable(names_of(font, family, style, licence))
    built.setupOS2(sTypoAscender=880, sTypoDescender=-120, fsType=0)
    built.setupPost(keepGlyphNames=False)
    built.font["head"].created = built.font["head"].modified = FIXED
    built.font.recalcTimestamp = False
    return built.font


def names_of(font: TTFont, family: str, style: str, licence: str) -> dict[str, str]:
    names = {"familyName": family, "styleName": style, "fullName": f"{family} {style}"}
    names |= {"psName": f"{family}-{style}".replace(" ", ""), "licenseDescription": licence}
    return {"copyright": str(font["name"].getDebugName(0) or ""), **names}


def of_joined_script(font: TTFont, family: str, ranges: list[tuple[int, int]], fit: tuple[float, int]) -> TTFont:
    names = names_of(font, family, "Regular", OFL)
    return joined.joined(font, within(ranges) & set(map(chr, font.getBestCmap())), fit, names, FIXED)


def load(folder: Path, name: str, number: int = SIMPLIFIED) -> TTFont:
    (path,) = folder.rglob(name)
    digest = digest_of(path.read_bytes())
    if digest != SOURCES[name]:
        sys.exit(f"{name} is another version: {digest}")
    return TTFont(path, fontNumber=number) if path.suffix == ".ttc" else TTFont(path)


def main(folder: Path) -> None:
    names = division_characters()
    wanted = names | common_characters() | standard_characters() | signs()
    regular, bold = load(folder, "NotoSansCJK-Regular.ttc"), load(folder, "NotoSansCJK-Bold.ttc")
    known = set(map(chr, regular.getBestCmap()))
    wanted |= beyond(regular)
    wide = {c for c in known if "一" <= c <= "鿿"} - wanted
    extended = (within(EXTENDED) & known) - wanted
    noto = load(folder, "NotoSans-Regular.ttf")
    letters = (within(LETTERS) & set(map(chr, noto.getBestCmap()))) - wanted - extended
    hana = load(folder, "HanaMinB.ttf")
    rare = (names | standard_characters()) - known
    newest = load(folder, "LXGWWenKai-Regular.ttf")
    arabic, tibetan = load(folder, "NotoSansArabic-Regular.ttf"), load(folder, "NotoSerifTibetan-Regular.ttf")
    made = {
        "sans-regular": quadratic(subset(regular, wanted), "Portal Han Sans", "Regular", OFL),
        "sans-bold": quadratic(subset(bold, names | common_characters() | signs()), "Portal Han Sans", "Bold", OFL),
        "wide": quadratic(subset(load(folder, "NotoSansCJK-Regular.ttc"), wide), "Portal Han Wide", "Regular", OFL),
        "extended": quadratic(
            subset(load(folder, "NotoSansCJK-Regular.ttc"), extended), "Portal Han Extended", "Regular", OFL
        ),
        "letters": quadratic(subset(noto, letters), "Portal Letters", "Regular", OFL),
        "hangul": quadratic(
            subset(load(folder, "NotoSansCJK-Regular.ttc", KOREAN), hangul()), "Portal Hangul", "Regular", OFL
        ),
        "rare": quadratic(subset(hana, rare), "Portal Han Rare", "Regular", "Hanazono Font License"),
        "newest": quadratic(subset(newest, within(NEWEST) - known), "Portal Han Newest", "Regular", OFL),
        "arabic": of_joined_script(arabic, "Portal Arabic", joined.ARABIC, joined.ARABIC_FIT),
        "tibetan": of_joined_script(tibetan, "Portal Tibetan", joined.TIBETAN, joined.TIBETAN_FIT),
    }
    for name, font in made.items():
        path = HERE / f"{name}.ttf"
        font.save(path, reorderTables=True)
        data = path.read_bytes()
        say(f"{path.name} {len(data):,} bytes, {len(font.getBestCmap()):,} characters, {digest_of(data)}")


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
