"""The fonts of scripts whose letters join or stack: unlike the others they keep their rules of shaping (make.py)."""

from __future__ import annotations

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

# Arabic script with the letters of Uyghur, Kazakh, Kirghiz, Persian and Urdu; Tibetan whole.
ARABIC = [(0x20, 0x20), (0x0600, 0x06FF), (0x0750, 0x077F), (0x200C, 0x200D), (0x25CC, 0x25CC), (0xFD3E, 0xFD3F)]
TIBETAN = [(0x20, 0x20), (0x0F00, 0x0FFF), (0x25CC, 0x25CC)]
# Share of the type size, and thousandths by which the letters stand higher: their stacks, up to 1.1 above and 0.7
# below the base line in the sources, then keep to the room that a line of Chinese has, and lines at 1.25 do not touch.
ARABIC_FIT, TIBETAN_FIT = (0.85, 60), (0.75, 70)
COMPONENTS = 16  # glyphs that one cluster may be put together from (portal/core/pdf/joined.py)


def joined(font: TTFont, characters: set[str], fit: tuple[float, int], names: dict[str, str], fixed: int) -> TTFont:
    """The characters with all their forms; `names` as in the other fonts, `fixed` the date."""
    scale, rise = fit
    options = Options(hinting=False, glyph_names=False, notdef_outline=True, name_IDs=[], recalc_timestamp=False)
    options.drop_tables += ["gasp", "DSIG"]
    tool = Subsetter(options)
    tool.populate(text="".join(sorted(characters)))
    tool.subset(font)
    scale_upem(font, round(font["head"].unitsPerEm * scale))
    font["head"].unitsPerEm = 1000
    _raise(font, rise)
    built = FontBuilder(font=font)
    built.setupNameTable(names)
    built.updateHead(created=fixed, modified=fixed)
    built.setupPost(keepGlyphNames=False)
    font["hhea"].ascent, font["hhea"].descent = 880, -120
    font["OS/2"].fsType = 0
    font.recalcTimestamp = False
    return font


def _raise(font: TTFont, rise: int) -> None:
    """Plain outlines, `rise` higher. Marks follow, for their places are relative to the letters."""
    glyphs, drawn = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        pen, outline = TTGlyphPen(None), DecomposingRecordingPen(glyphs)
        glyphs[name].draw(outline)
        outline.replay(TransformPen(pen, (1, 0, 0, 1, 0, rise)))
        drawn[name] = pen.glyph()
    for name, glyph in drawn.items():
        font["glyf"][name] = glyph
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], glyph.xMin)
    font["maxp"].recalc(font)
    font["hhea"].recalc(font)
    font["maxp"].maxComponentElements, font["maxp"].maxComponentDepth = COMPONENTS, 1
    font.recalcBBoxes = False  # or saving counts the components again: none yet
