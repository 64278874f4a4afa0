"""`./test`: everything CI runs, each step named and timed; all are run, and the last line counts them.

Two cores are kept busy: tests run in two processes, and what runs in one stands beside something else.

./test                everything            ./test lint    style, types, contracts, checks, translations
./test fast           quick tests           ./test slow    slow tests, races, browser
./test PATH…          the tests named, with anything pytest understands
./test long [PATH…]   what is no part of everything because it takes too long: hundreds of kills, fuzzing, large data.
                      Prints its seed and what each test counted; LONG_SEED=… repeats a run.
"""

import itertools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree  # our own reports only
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from portal import embedded
from portal.env import make_secret
from portal.runner.say import complain, say
from tests.plugin import make_environment

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "test-results"
PYTHON = sys.executable
SHELL = "chromium-headless-shell"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", SHELL)
APT_PACKAGES = {
    "chromium": "chromium",
    "fonts": "fonts-noto-cjk",
    "fontconfig": "fontconfig",
    "gettext": "gettext",
    "nginx": "nginx-light",
    "faketime": "faketime",
}


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    report: Path | None = None  # of pytest: its tests are counted one by one
    lane: int = 0  # steps of several lanes in a row run beside each other, those of one lane one after the other


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] in ("-h", "--help"):
        say(__doc__.strip())
        return 0
    selection = arguments[0] if arguments else "all"
    REPORTS.mkdir(exist_ok=True)
    var = embedded.default_var().absolute() / "test"
    if selection == "long":
        return run_long(arguments[1:])
    if selection not in ("all", "lint", "fast", "slow"):
        return subprocess.run([PYTHON, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
    missing = install_system_packages(selection)
    if missing:
        complain(missing)
        say("0 passed, 1 failed")
        return 1
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each process would compile and rewrite all tests again
    with _servers(var) as settings:
        return run_all(steps(selection, settings))


def steps(selection: str, settings: dict[str, str]) -> list[Step]:
    chosen: list[Step] = []
    if selection in ("all", "lint"):
        chosen += _lint_steps(settings)
    if selection in ("all", "slow"):
        chosen.append(_races())
    if selection in ("all", "fast"):
        chosen.append(_pytest("fast tests", "fast", "not slow and not browser and not race and not long", *BOTH_CORES))
    if selection in ("all", "slow"):
        chosen.append(_pytest("slow tests", "slow", "slow and not race and not browser and not long", *BY_FILE))
        chosen.append(_pytest("browser tests", "browser", "browser and not long", *BOTH_CORES))
    return chosen


def run_long(paths: list[str]) -> int:
    """The tests marked `long`, one after the other. Ends with the seed and the lines that the tests told."""
    missing = install_system_packages("slow")
    if missing:
        complain(missing)
        say("0 passed, 1 failed")
        return 1
    os.environ.setdefault("LONG_SEED", str(secrets.randbelow(10**9)))
    step = _pytest("long tests", "long", "long", "--durations=0", *paths)
    code = run_all([step])
    say(f"\nseed {os.environ['LONG_SEED']}")
    for line in told(step.report):
        say(line)
    return code


def told(report: Path | None) -> list[str]:
    """What tests counted: `test: line` for each line given to the fixture `tell` (tests/conftest.py)."""
    if report is None or not report.exists():
        return []
    cases = ElementTree.parse(report).iter("testcase")
    return [
        f"{case.get('name')}: {entry.get('value')}"
        for case in cases
        for entry in case.iter("property")
        if entry.get("name") == "told"
    ]


# A process that is done takes tests over from the other.
BOTH_CORES = ("-n", "2", "--dist", "worksteal")
# Slow ones are given out file by file, because a file shares a server that takes long to start.
BY_FILE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def _races() -> Step:
    """In one process and with a server of their own: a transaction of anybody else keeps consumers waiting."""
    step = _pytest("races", "race", "race and not browser and not long")
    step.lane = 2
    step.environment["PORTAL_VAR"] = str(embedded.default_var().absolute() / "races")
    return step


# A provider as a county would name it; nothing is sent by a check.
TEXT_MESSAGES = {
    "SMS_CHANNELS": "portal.notify.sms.tencent.TencentChannel",
    "SMS_HOOK_SECRET": "a-long-enough-word-of-nobody",
    "TENCENT_SECRET_ID": "id",
    "TENCENT_SECRET_KEY": "key",
    "TENCENT_SMS_APP_ID": "1400006666",
    "TENCENT_SMS_SIGN": "县域物流",
    "TENCENT_SMS_TEMPLATES": "login_code=1",
}


def _lint_steps(settings: dict[str, str]) -> list[Step]:
    manage = [PYTHON, "manage.py"]
    production = {
        **settings,
        "PORTAL_MODE": "production",
        "ALLOWED_HOSTS": "portal.example.org",
        "PUBLIC_URL": "https://portal.example.org",
        "TRUSTED_PROXIES": "127.0.0.1",
        **TEXT_MESSAGES,
        **{name: make_secret(name) for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS")},
    }
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    chosen = [
        Step("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Step("lint", [PYTHON, "-m", "ruff", "check", "."]),
        Step("types", [PYTHON, "-m", "mypy"], settings),
        Step("import contracts", [PYTHON, "-c", _LINT_IMPORTS], settings),
        Step("django check", [*manage, "check"], settings),
        Step("django check for production", deploy, production),
        Step("migrations complete", [*manage, "makemigrations", "--check", "--dry-run"], settings),
        Step("translations complete", [PYTHON, "-m", "portal.translations", "check"], settings),
        Step("licences", [PYTHON, "-m", "tests.supply", "licences"]),
        Step("known vulnerabilities", [PYTHON, "-m", "tests.supply", "vulnerabilities"]),
    ]
    for step in chosen:
        step.lane = 1
    return chosen


# Not the console script: its first line names a Python that may have moved.
_LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"


def _pytest(name: str, short: str, marks: str, *more: str) -> Step:
    report = REPORTS / f"{short}.xml"
    command = [PYTHON, "-m", "pytest", "-q", "-m", marks, f"--junitxml={report}", "--durations=10", *more]
    return Step(name, command, report=report)


@contextmanager
def _servers(var: Path) -> Iterator[dict[str, str]]:
    """The environment of the steps that are not pytest, with servers held for the whole run.

    pytest finds the same servers by itself (tests/plugin.py): it must not take them for given ones.
    """
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    wanted = {"postgres": "DATABASE_URL" not in given, "redis": "REDIS_URL" not in given}
    with embedded.hold(var, durable=False, **wanted) as urls:
        yield {**make_environment(var), **given, **urls}


# -- Running --------------------------------------------------------------------------------------------


def run_all(chosen: list[Step]) -> int:
    tally = Tally()
    lines = []
    for lanes in _abreast(chosen):
        threads = [threading.Thread(target=_run_lane, args=(lane, tally, lines, len(lanes) > 1)) for lane in lanes]
        if len(lanes) > 1:
            names = [", ".join(step.name for step in lane) for lane in lanes]
            say(f"\n▸ beside each other, each shown when it is done: {' | '.join(names)}")
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    say("\n" + "\n".join(lines) + "\n")
    say(f"{tally.passed} passed, {tally.failed} failed" + (f", {tally.skipped} skipped" * bool(tally.skipped)))
    return 1 if tally.failed else 0


def _abreast(chosen: list[Step]) -> Iterator[list[list[Step]]]:
    """Lanes that run beside each other: of steps in a row that have one, else each step alone."""
    for has_lane, group in itertools.groupby(chosen, key=lambda step: step.lane > 0):
        steps_in_a_row = list(group)
        if has_lane:
            yield [[s for s in steps_in_a_row if s.lane == lane] for lane in sorted({s.lane for s in steps_in_a_row})]
        else:
            yield from ([[step]] for step in steps_in_a_row)


_speaking = threading.Lock()


def _run_lane(lane: list[Step], tally: Tally, lines: list[str], beside_others: bool) -> None:
    for step in lane:
        if step.report:
            step.report.unlink(missing_ok=True)
        began = time.monotonic()
        with tempfile.TemporaryFile() as kept:
            if not beside_others:
                say(f"\n▸ {step.name}")
            code = _run(step, kept if beside_others else None)
            seconds = time.monotonic() - began
            with _speaking:
                if beside_others:  # as a whole, so that two outputs do not mix
                    kept.seek(0)
                    say(f"\n▸ {step.name}\n{kept.read().decode(errors='replace').rstrip()}")
                count(step, code, tally)
                lines.append(f"{'ok    ' if code == 0 else 'FAILED'}  {seconds:7.1f} s  {step.name}")


def _run(step: Step, output: IO[bytes] | None) -> int:
    environment = {**os.environ, **step.environment}
    errors = output and subprocess.STDOUT
    try:
        return subprocess.run(
            step.command, cwd=ROOT, env=environment, stdout=output, stderr=errors, check=False
        ).returncode
    except OSError as error:  # a lane that ended without a word would look like success
        complain(f"{step.name}: {error}")
        return 127


def count(step: Step, code: int, tally: Tally) -> None:
    """Add a step's tests, or the step itself, to the tally. pytest's exit code rules over its report."""
    failed_before = tally.failed
    if step.report and step.report.exists():
        for suite in ElementTree.parse(step.report).iter("testsuite"):
            number = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            broken = number["failures"] + number["errors"]
            tally.failed += broken
            tally.skipped += number["skipped"]
            tally.passed += max(0, number["tests"] - broken - number["skipped"])
    elif code == 0:
        tally.passed += 1
    if code and tally.failed == failed_before:
        tally.failed += 1  # also "no test found" (5): a lost marker must not look like success


# -- System packages --------------------------------------------------------------------------------------


def install_system_packages(selection: str) -> str:
    """Install browser, Chinese fonts and gettext where they are missing; what to do if that failed."""
    wanted = _missing_packages(selection)
    if not wanted:
        return ""
    packages = [APT_PACKAGES[name] for name in wanted]
    by_hand = f"Install what the tests need and run ./test again:\n  apt-get install {' '.join(packages)}"
    apt = _apt()
    if apt is None:
        return by_hand
    say(f"▸ Installing {', '.join(packages)} 安装系统软件包 …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update", "-q"], env=environment, stdin=subprocess.DEVNULL, check=False)
    for package in packages:
        command = [*apt, "install", "-y", "-q", "--no-install-recommends", package]
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
        if package == "chromium" and not done.returncode:
            # Saves a third of the browser tests' time; where it is missing they run in the whole browser.
            subprocess.run([*command[:-1], SHELL], env=environment, stdin=subprocess.DEVNULL, check=False)
        if done.returncode and package == "chromium":
            # Ubuntu has Chromium only as a snap, which containers cannot run.
            subprocess.run([PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"], check=False)
    left = _missing_packages(selection)
    return f"Could not be installed: {', '.join(left)}. {by_hand}" if left else ""


def _missing_packages(selection: str) -> list[str]:
    wanted = []
    if selection in ("all", "slow"):
        wanted += [] if find_browser() else ["chromium"]
        wanted += [] if shutil.which("fc-list") else ["fontconfig"]
        wanted += [] if _has_chinese_fonts() else ["fonts"]
        wanted += [] if shutil.which("faketime") else ["faketime"]
        wanted += [] if shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin") else ["nginx"]
    if selection in ("all", "lint") and not shutil.which("xgettext"):
        wanted.append("gettext")
    return wanted


def find_browser() -> str | None:
    """A Chromium of the system, or the one Playwright brought. A snap stub does not count."""
    found = next(filter(None, map(_runs, BROWSERS)), None)
    return found or _brought("chromium-*/chrome-linux*/chrome") or find_shell()


def find_shell() -> str | None:
    """The Chromium without a screen, if there is one."""
    return _runs(SHELL) or _brought("chromium_headless_shell-*/chrome-*/*headless*shell")


def _runs(name: str) -> str | None:
    path = shutil.which(name)
    if path is None or "/snap/" in os.path.realpath(path):
        return None
    return path if subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0 else None


def _brought(pattern: str) -> str | None:
    """What Playwright downloaded, the newest."""
    found = sorted((Path.home() / ".cache" / "ms-playwright").glob(pattern))
    return str(found[-1]) if found else None


def _has_chinese_fonts() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _apt() -> list[str] | None:
    """apt-get if we may use it without being asked anything."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
