"""What the sources keep to, read from the files themselves. Each rule also shows that it fails."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from portal.core.labels import OUR_PACKAGES

ROOT = Path(__file__).resolve().parents[2]
OURS = ("portal", "members", "logistics", "emergency")
LONGEST = 500
TEXT = {
    ".py",
    ".html",
    ".txt",
    ".css",
    ".js",
    ".sql",
    ".md",
    ".toml",
    ".sh",
    ".svg",
    ".service",
    ".conf",
    ".example",
    "",
}
MACHINE = re.compile(
    r"/(?:home|Users|root|mnt|tmp)/[a-z]|/work/(?:main|shared)\b"  # somebody's folders; /work/ alone is a page of ours
    r"|https?://[^\s\"']+/simple\b|(?:index-url|trusted-host)\s*=\s*\S",  # where somebody's packages come from
    re.IGNORECASE,
)
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def tracked(*suffixes: str) -> list[Path]:
    """Files of the repository as the next commit would hold them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    paths = [ROOT / name for name in listed if "/vendor/" not in name]
    return [path for path in paths if path.suffix in (suffixes or TEXT) and path.is_file()]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def our_code(paths: list[Path]) -> list[Path]:
    return [path for path in paths if name_of(path).split("/")[0] in OURS and "/migrations/" not in str(path)]


# -- rules: each takes source text and returns sentences ---------------------------------------------------
def too_long(text: str) -> list[str]:
    lines = text.count("\n") + 1
    return [f"{lines} lines; split it by use case (at most {LONGEST})"] if lines > LONGEST else []


def dodged_imports(text: str, is_app_config: bool = False) -> list[str]:
    """Imports of ours inside functions, which hide a dependency from whoever reads the head of the file."""
    found = []
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if is_app_config and function.name == "ready":
            continue
        for node in ast.walk(function):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            found += [f"line {node.lineno}: {n} is imported inside {function.name}" for n in names if _is_ours(n)]
    return found


def _is_ours(name: str) -> bool:
    return name.startswith((*OUR_PACKAGES, ".")) or name in OURS


def models_by_name(text: str) -> list[str]:
    return [
        f"line {node.lineno}: get_model"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == "get_model"
    ]


def signals(text: str) -> list[str]:
    """Receivers of signals: effects that the caller can't see."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".signals"):
            found.append(f"line {node.lineno}: imports {node.module}")
        if isinstance(node, ast.FunctionDef) and any("receiver" in ast.unparse(d) for d in node.decorator_list):
            found.append(f"line {node.lineno}: {node.name} receives a signal")
    return found


def unfinished(text: str) -> list[str]:
    return [found.group() for found in UNFINISHED.finditer(text)]


def of_a_machine(text: str) -> list[str]:
    return [found.group() for found in MACHINE.finditer(text)]


def without_reason(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", "-r"))]
    return [line for line in lines if not re.search(r"==\S+\s+# \w.{8,}", line)]


def dead_links(text: str, folder: Path) -> list[str]:
    """Links and pictures of a page that lead to no file."""
    targets = [
        t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t and not t.startswith("#")
    ]
    return [target for target in targets if not (folder / target).exists()]


def problems(paths: list[Path], rule) -> list[str]:
    return [f"{name_of(path)}: {problem}" for path in paths for problem in rule(path.read_text(encoding="utf-8"))]


# -- the sources keep them ---------------------------------------------------------------------------------
def test_no_file_is_too_long():
    assert (
        problems([p for p in tracked(".py", ".html", ".css", ".js", ".sql") if "/migrations/" not in str(p)], too_long)
        == []
    )


def test_no_import_is_hidden_in_a_function():
    files = our_code(tracked(".py"))
    assert problems([p for p in files if p.name != "apps.py"], dodged_imports) == []
    assert problems([p for p in files if p.name == "apps.py"], lambda text: dodged_imports(text, True)) == []


def test_no_model_is_fetched_by_name():
    assert problems(our_code(tracked(".py")), models_by_name) == []


def test_nothing_listens_to_signals():
    assert problems(our_code(tracked(".py")), signals) == []


def test_nothing_is_left_unfinished():
    assert problems(tracked(), unfinished) == []


def test_no_file_names_a_machine():
    here = Path(__file__).name
    assert problems([p for p in tracked() if p.name != here], of_a_machine) == []


def test_pages_link_to_files_that_are_there():
    pages = tracked(".md")
    assert {"README.md", "CHANGELOG.md", "docs/architecture.md", "docs/glossary.md"} <= {name_of(p) for p in pages}
    assert [(name_of(p), link) for p in pages for link in dead_links(p.read_text(), p.parent)] == []
    assert dead_links("see [there](no/such.md) and ![this](x.png)", ROOT) == ["no/such.md", "x.png"]


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_requirement_is_pinned_and_has_a_reason(name):
    assert without_reason((ROOT / name).read_text()) == []


def test_every_command_says_what_it_does():
    commands = {name: app for name, app in get_commands().items() if app.startswith(OUR_PACKAGES)}
    assert len(commands) >= 5
    silent = [name for name, app in commands.items() if len(str(load_command_class(app, name).help)) < 20]
    assert silent == []


def impatient(text: str) -> list[str]:
    """Questions to a page that do not wait for it: right after a click the new page has begun and is not there yet."""
    return re.findall(r"assert .*\.(?:is_visible|is_hidden|is_checked|is_enabled|is_disabled)\(\)", text)


def test_pages_are_asked_with_patience():
    paths = [path for path in tracked(".py") if name_of(path).startswith("tests/browser/")]
    assert [(name_of(path), line) for path in paths for line in impatient(path.read_text())] == []


READS_ON = re.compile(
    r"^from logistics\.parcels\.(?:services\.consumers import .*\bconsume\b|tasks import .*\brun_consumers\b)", re.M
)


def test_consumers_are_tested_alone_on_the_server():
    """Another test's open transaction holds a consumer back, and what it should have done is not there yet."""
    paths = [path for path in tracked(".py") if name_of(path).startswith("tests/")]
    readers = {name_of(path): path.read_text() for path in paths if READS_ON.search(path.read_text())}
    assert len(readers) > 3
    assert [name for name, text in readers.items() if not re.search(r"mark\.(?:race|browser|long)", text)] == []


# -- and the rules bite ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (too_long, "\n" * LONGEST),
        (dodged_imports, "def f():\n    from members.access import services\n"),
        (dodged_imports, "class A:\n    def ready(self):\n        import logistics.parcels\n"),
        (models_by_name, "from django.apps import apps\napps.get_model('parcels.Parcel')\n"),
        (signals, "from django.dispatch import receiver\n@receiver(None)\ndef f(**k): ...\n"),
        (signals, "from django.db.models.signals import post_save\n"),
        (unfinished, "# TO" + "DO: later\n"),
        (of_a_machine, "see /home/" + "anna/portal\n"),
        (of_a_machine, "--index-url = " + "https://example.org/simple\n"),
        (without_reason, "left-pad==1.0\n"),
        (impatient, "assert page.get_by_text('done')." + "is_visible()\n"),
        (without_reason, "left-pad>=1.0   # pads on the left side\n"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_rule_finds_what_it_forbids(rule, text):
    assert rule(text) != []


def test_what_an_app_does_at_its_start_may_import_ours():
    assert dodged_imports("class A:\n    def ready(self):\n        import logistics.parcels\n", True) == []


PAGE_IN_CODE = re.compile(r"\bdocs/[\w/-]+\.md\b")


def test_a_page_that_code_points_to_is_there():
    texts = [
        (name_of(path), path.read_text())
        for path in tracked(".py", ".sh", ".toml", ".html", ".js")
        if name_of(path) != "tests/meta/test_sources.py"
    ]
    named = [(name, page) for name, text in texts for page in PAGE_IN_CODE.findall(text)]
    assert len(named) > 20
    assert [(name, page) for name, page in named if not (ROOT / page).is_file()] == []
    assert PAGE_IN_CODE.findall("# why: docs/decisions/no-such-page.md.") == ["docs/decisions/no-such-page.md"]


BODY = re.compile(r"\brequest\.body\b")


def test_bodies_are_read_in_one_place():
    """What that reader meets (a form in place of JSON, gzip, a length that is a lie), another one would not."""
    reading = {name_of(path) for path in our_code(tracked(".py")) if BODY.search(path.read_text())}
    assert reading == {"portal/core/bodies.py"}
