"""What comes from others: `python -m tests.supply licences|vulnerabilities`.

`licences` fails for a package whose licence nobody looked at. `vulnerabilities` asks the package index for known
ones and fails when there are some; where it could not ask, it says so, for silence would look like an answer.
"""

import importlib.metadata as metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
# Licences under which a part may be used and passed on with the portal without opening what the county adds.
FREE = re.compile(
    r"\b(mit(-0|-cmu)?|bsd(-[0-9]-clause| [0-9]-clause)?|apache(-2\.0)?|psf(-2\.0)?|isc|mpl|postgresql|unlicense|zlib"
    r"|mozilla public license|python software foundation)\b",
    re.I,
)
# Looked at one by one.
KNOWN = {
    "django-leaflet": "LGPL: used unchanged, as a library of its own",
    "psycopg": "LGPL: used unchanged, as a library of its own",
    "psycopg-binary": "LGPL: used unchanged, as a library of its own",
    "python-crontab": "LGPL: comes with django-celery-beat, used unchanged",
}


def names(requirements: Path = REQUIREMENTS) -> list[str]:
    """The packages that are installed with the portal on this machine."""
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", requirements.read_text(encoding="utf-8"), re.M)
    return [name for name in found if _installed(name)]  # some are for other systems only


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def licence_of(name: str) -> str:
    """What the package says of itself: its SPDX expression, else its classifiers, else its free text."""
    told = metadata.metadata(name)
    classifiers = [
        line.rpartition("::")[2].strip() for line in told.get_all("Classifier") or [] if "License ::" in line
    ]
    return told.get("License-Expression") or " / ".join(classifiers) or (told.get("License") or "").strip()[:80]


def unknown_licences(packages: list[str]) -> Iterator[str]:
    for name in packages:
        licence = licence_of(name)
        if name not in KNOWN and not FREE.search(licence):
            yield f"{name}: '{licence or 'says nothing'}'. Read it, then name it in KNOWN or take another."


def licences() -> int:
    problems = list(unknown_licences(names()))
    print("\n".join(problems) or f"{len(names())} packages, all under licences that were looked at")
    return bool(problems)


def vulnerabilities() -> int:
    command = [sys.executable, "-m", "pip_audit", "-r", str(REQUIREMENTS), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return report(done.stdout, done.stderr)


def report(answer: str, errors: str = "") -> int:
    """Prints what pip-audit found; 1 when there are known vulnerabilities."""
    try:
        asked = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        print(f"could not ask: {errors.strip().splitlines()[-1][:200] if errors.strip() else 'no answer'}")
        return 0
    silent = [package["name"] for package in asked if "skip_reason" in package]
    bad = [package for package in asked if package.get("vulns")]
    for package in bad:
        for found in package["vulns"]:
            fixed = ", ".join(found.get("fix_versions", [])) or "none yet"
            print(f"{package['name']} {package['version']}: {found['id']}, mended in {fixed}")
    if silent:
        print(
            f"could not ask about {len(silent)} of {len(asked)} packages: nothing is known of {', '.join(silent[:5])} …"
        )
    print(f"{len(asked) - len(silent)} of {len(asked)} packages asked about, {len(bad)} with known vulnerabilities")
    return bool(bad)


if __name__ == "__main__":
    sys.exit({"licences": licences, "vulnerabilities": vulnerabilities}[sys.argv[1]]())
