"""The camera's decoder with the camera's settings, on pictures of half-hidden and tilted codes."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from playwright._impl._driver import compute_driver_executable

STATIC = Path(__file__).parents[2] / "static"
PATTERNS = ["nnwwn", "wnnnw", "nwnnw", "wwnnn", "nnwnw", "wnwnn", "nwwnn", "nnnww", "wnnwn", "nwnwn"]
NARROW, WIDE = 3, 8
READ = """
import fs from 'fs';
const here = process.argv[2];
const decoder = await import(`${here}/reader/index.js`);
const { SETTINGS, isForeign, isLine } = await import(`${here}/codes.js`);
decoder.prepareZXingModule({ overrides: { wasmBinary: fs.readFileSync(`${here}/reader/zxing_reader.wasm`) } });
const texts = [];
for (const [file, width, height] of JSON.parse(fs.readFileSync(`${here}/pictures.json`))) {
  const picture = { data: new Uint8ClampedArray(fs.readFileSync(file)), width, height, colorSpace: 'srgb' };
  texts.push((await decoder.readBarcodes(picture, SETTINGS)).filter((one) => one.isValid).map((one) => one.text));
}
const foreign = ['https://u.example.cn/qr?no=SF1', "MMM={'k5':'SF1'}", 'https://wl.example.gov.cn/t/XN1', 'HJ/3-2'];
const told = foreign.map((text) => isForeign(text, 'QRCode'));
const line = ['Code128', 'code_128', 'qr_code', 'QRCode'].map(isLine);
console.log(JSON.stringify({ texts, told, line }));
"""


def interleaved(number: str) -> Image.Image:
    """An Interleaved 2 of 5 code (ISO/IEC 16390) as cartons carry it."""
    widths = {"n": NARROW, "w": WIDE}
    bars = [(1, NARROW), (0, NARROW)] * 2
    for black, white in zip(number[::2], number[1::2], strict=True):
        for x, y in zip(PATTERNS[int(black)], PATTERNS[int(white)], strict=True):
            bars += [(1, widths[x]), (0, widths[y])]
    bars += [(1, WIDE), (0, NARROW), (1, NARROW)]
    picture, x = Image.new("L", (sum(width for _ink, width in bars) + 80, 180), 255), 40
    for ink, width in bars:
        if ink:
            picture.paste(0, (x, 30, x + width, 150))
        x += width
    return picture


def spoilt(picture: Image.Image, how: int, chance: random.Random) -> Image.Image:
    """0 whole, 1 the right part hidden, 2 the left part hidden, 3 tilted so that lines leave at top and bottom."""
    width, height = picture.size
    if how == 1:
        picture.paste(255, (chance.randint(width * 45 // 100, width * 85 // 100), 0, width, height))
    elif how == 2:
        picture.paste(255, (0, 0, chance.randint(width * 15 // 100, width * 55 // 100), height))
    elif how == 3:
        angle = chance.choice([-1, 1]) * chance.uniform(8, 25)
        picture = picture.rotate(angle, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    return picture


@pytest.mark.slow
def test_the_camera_never_reads_a_shortened_number(tmp_path):
    chance, pictures, numbers = random.Random(7), [], []
    for place in range(400):
        numbers.append("".join(chance.choice("0123456789") for _digit in range(14)))
        picture = spoilt(interleaved(numbers[-1]), place % 4, chance).convert("RGBA")
        file = tmp_path / f"{place}.rgba"
        file.write_bytes(picture.tobytes())
        pictures.append([str(file), *picture.size])
    (tmp_path / "pictures.json").write_text(json.dumps(pictures))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    _copy(STATIC / "vendor/zxing-wasm", tmp_path)
    (tmp_path / "codes.js").write_text((STATIC / "js/desk/codes.js").read_text("utf-8"), "utf-8")
    (tmp_path / "read.mjs").write_text(READ)
    node, _cli = compute_driver_executable()
    done = subprocess.run(
        [str(node), str(tmp_path / "read.mjs"), str(tmp_path)], capture_output=True, text=True, check=True, timeout=300
    )
    said = json.loads(done.stdout)
    wrong = [(n, texts) for n, texts in zip(numbers, said["texts"], strict=True) if any(text != n for text in texts)]
    assert wrong == []
    assert said["told"] == [True, True, False, False]
    assert said["line"] == [True, True, False, False]


def _copy(folder: Path, to: Path) -> None:
    """Copies, because the tree's folder is no package of modules for node."""
    for file in folder.rglob("*"):
        if file.is_file():
            target = to / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
