"""Brings database and files up to date. A process of its own, so that Django loads once for all steps."""

import argparse
import io
import sys
from pathlib import Path

import django
from django.core.management import CommandError, call_command

from portal import translations
from portal.env import BadEnvironment
from portal.runner.say import complain, step

COUNTY = "620825"  # 庄浪县, the demo county


class Tee:
    """Shows a command's output and keeps it for the closing lines of the run."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def write(self, text: str) -> int:
        sys.stdout.write(text)
        return self._file.write(text)

    def flush(self) -> None:
        sys.stdout.flush()
        self._file.flush()

    def isatty(self) -> bool:
        return False


def prepare(var: Path, empty: bool) -> None:
    with step("Compiling translations", "编译译文"):
        translations.compile_all()
    django.setup()
    with step("Migrating the database", "更新数据库结构"):
        call_command("migrate", interactive=False, verbosity=0)
        # Says so when an older data folder, or a server of one's own, treats Chinese text differently.
        call_command("check", tags=["database"], databases=["default"], stdout=io.StringIO())
    with step("Collecting static files", "收集静态文件"):
        call_command("collectstatic", interactive=False, verbosity=0)
    with step("Synchronising roles and schedules", "同步角色与定时任务"):
        call_command("sync_roles")
        call_command("sync_schedules")
        call_command("seed_timer_rules")
        call_command("seed_words")
        call_command("seed_workdays")
    (var / "demo.txt").unlink(missing_ok=True)
    if empty:
        return
    with step(f"Loading the divisions of county {COUNTY}", "载入行政区划"):
        call_command("load_county", COUNTY)
    with step("Loading the demo county", "载入演示县数据"):
        call_command("load_demo", stdout=Tee(var / "demo.txt"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.runner.prepare")
    parser.add_argument("var", type=Path)
    parser.add_argument("--empty", action="store_true")
    arguments = parser.parse_args()
    try:
        prepare(arguments.var, arguments.empty)
    except (BadEnvironment, CommandError) as error:
        complain(f"The portal does not start: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
