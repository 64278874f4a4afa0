"""Compiles (without gettext) and checks the translations: `python -m portal.translations compile|check`.

Source strings are Simplified Chinese; English must be complete. The check takes the strings out of the
sources with Django's makemessages in a scratch copy and compares: every one has an English text that is sure
(not fuzzy), has the same placeholders, and no Chinese left in it. What libraries say in English on our pages has
its Chinese in locale/zh_Hans, held to the same.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "locale"
LEFT_OUT = {
    ".git",
    ".venv",
    "var",
    "node_modules",
    "vendor",
    "staticfiles",
    "test-results",
    "tests",
    "bench",
    "docs",
}
PLACEHOLDER = re.compile(r"%\([A-Za-z_][A-Za-z0-9_]*\)[a-zA-Z]|%[sdif]|\{[A-Za-z_][A-Za-z0-9_]*\}|<[^>]+>")
HAN = re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile("“([^”]*)”")
NATIVE_NAMES = {"简体中文"}  # languages are shown in their own name


def compile_all(catalogues: Path = CATALOGUES) -> list[Path]:
    """Write the .mo beside each .po that is newer; the files written."""
    written = []
    for source in sorted(catalogues.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        scratch = target.with_suffix(f".mo.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(scratch))
        os.replace(scratch, target)
        written.append(target)
    return written


def problems(root: Path = ROOT) -> list[str]:
    """What is wrong with the translations, one sentence each."""
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for domain in ("django", "djangojs"):
            wanted = extract(root, Path(scratch) / domain, domain)
            source = root / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
            english = polib.pofile(str(source)) if source.exists() else polib.POFile()
            found += list(compare(wanted, english))
    for source in sorted((root / "locale" / "zh_Hans").glob("LC_MESSAGES/*.po")):
        found += list(compare_chinese(polib.pofile(str(source))))
    return found


def extract(root: Path, scratch: Path, domain: str) -> polib.POFile:
    """Every source string of the code, from a fresh catalogue, so that nothing old counts."""
    for source in root.iterdir():
        if source.is_dir() and source.name not in LEFT_OUT and source.name != "locale":
            shutil.copytree(source, scratch / source.name, ignore=shutil.ignore_patterns(*LEFT_OUT, "__pycache__"))
    (scratch / "locale").mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "--locale=en",
        f"--domain={domain}",
        "--no-wrap",
    ]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    made = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"makemessages failed (is gettext installed?):\n{made.stdout}{made.stderr}")
    catalogue = scratch / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
    return polib.pofile(str(catalogue)) if catalogue.exists() else polib.POFile()


def compare(wanted: polib.POFile, english: polib.POFile) -> Iterator[str]:
    known = {(entry.msgctxt, entry.msgid): entry for entry in english if not entry.obsolete}
    for entry in wanted:
        where = ", ".join(path for path, _ in entry.occurrences[:2])
        translated = known.get((entry.msgctxt, entry.msgid))
        if translated is None:
            yield f"missing: '{entry.msgid}' ({where})"
        else:
            yield from (f"{reason}: '{entry.msgid}' ({where})" for reason in _faults(entry, translated))


def compare_chinese(catalogue: polib.POFile) -> Iterator[str]:
    """Chinese has one plural form only, which may drop nothing."""
    for entry in catalogue:
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.fuzzy:
            yield f"fuzzy: '{entry.msgid}'"
        if not any(texts) or not all(HAN.search(text) for text in texts):
            yield f"not Chinese: '{entry.msgid}'"
        elif any(_placeholders(entry.msgid) != _placeholders(text) for text in texts):
            yield f"placeholders differ: '{entry.msgid}'"


def _faults(entry: polib.POEntry, translated: polib.POEntry) -> Iterator[str]:
    if translated.fuzzy:
        yield "fuzzy"
    if bool(entry.msgid_plural) != bool(translated.msgid_plural):
        yield "plural forms differ"
        return
    texts = list(translated.msgstr_plural.values()) if entry.msgid_plural else [translated.msgstr]
    if len(texts) < (2 if entry.msgid_plural else 1) or not all(text.strip() for text in texts):
        yield "empty"
        return
    for text in texts:
        # A singular may drop the number ("one parcel"), nothing may bring a new placeholder.
        missing = _placeholders(entry.msgid) - _placeholders(text) if not entry.msgid_plural else set()
        if missing or _placeholders(text) - _placeholders(entry.msgid):
            yield "placeholders differ"
        if HAN.search(_without_examples(text, entry.msgid)) and entry.msgid not in NATIVE_NAMES:
            yield "still Chinese"


def _without_examples(text: str, source: str) -> str:
    """What is to be typed in Chinese stays so: quoted, and letter for letter as the source has it."""
    return QUOTED.sub(lambda found: "" if found[1] in source else found[0], text)


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def main() -> int:
    if sys.argv[1:] == ["compile"]:
        for path in compile_all():
            print(f"compiled {path.relative_to(ROOT)}")
        return 0
    if sys.argv[1:] == ["check"]:
        found = problems()
        for line in found:
            print(line)
        print(f"{len(found)} problems in the translations")
        return 1 if found else 0
    print("python -m portal.translations compile|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
