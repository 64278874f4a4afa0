"""The house stands: the import contracts hold, and each breaks in a copy to which something undeclared was added."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("portal", "members", "logistics", "emergency")


def lint(folder: Path) -> subprocess.CompletedProcess:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for name in FLOORS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_contracts_have_no_exception():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = {contract["id"]: contract for contract in contracts}
    assert not [i for i, c in named.items() if {"ignore_imports", "exhaustive_ignores"} & set(c)]
    assert all(named[i]["exhaustive"] for i in ("apps", "portal", "rooms", "core"))
    assert set(named["apps"]["containers"]) | {"portal"} == set(FLOORS)


def test_every_app_has_its_rooms_looked_at():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    watched = {c for contract in contracts if contract["id"] in ("rooms", "core") for c in contract["containers"]}
    found = {f"{path.parts[-3]}.{path.parts[-2]}" for path in ROOT.glob("*/*/apps.py") if path.parts[-3] in FLOORS}
    assert found == watched


@pytest.mark.slow
def test_the_contracts_hold(house):
    answer = lint(house)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "text", "contract"),
    [
        ("logistics/strays/__init__.py", "", "Every app has its place on its floor"),
        ("emergency/strays/__init__.py", "", "Every app has its place on its floor"),
        ("portal/strays/__init__.py", "", "Roof, ground and the machinery"),
        ("logistics/parcels/helpers.py", "", "Rooms of an app"),
        ("portal/core/helpers.py", "", "Inside portal.core"),
        ("logistics/parcels/services/new.py", "import logistics.parcels.views.parcels", "Rooms of an app"),
        ("portal/regions/services_new/__init__.py", "", "Rooms of an app"),
        ("members/access/selectors.py", "import logistics.parcels.states", "Floors"),
        ("portal/core/clock.py", "import portal.regions.states", "Floors"),
        (
            "logistics/parcels/views/new.py",
            "from logistics.parcels.models import Parcel",
            "A face never touches a model",
        ),
        ("logistics/parcels/forms/new.py", "import logistics.registry.models", "A face never touches a model"),
        ("portal/public/views/new.py", "import members.accounts.models", "A face never touches a model"),
        ("portal/notify/tasks.py", "import portal.notify.models", "A face never touches a model"),
        ("logistics/parcels/services/new.py", "import rest_framework.views", "Services know neither"),
        ("logistics/registry/services/new.py", "from celery import shared_task", "Services know neither"),
        ("logistics/parcels/selectors.py", "import members.devices.services", "Models and selectors never call"),
        ("logistics/parcels/states.py", "import portal.regions.models", "States and the fold"),
        ("portal/env.py", "import portal.core.clock", "What starts and serves"),
    ],
)
def test_an_undeclared_thing_breaks_them(house, path, text, contract):
    target = house / path
    before = target.read_text() if target.exists() else None
    made = not target.parent.exists()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"{before or ''}\n{text}\n")
    try:
        answer = lint(house)
    finally:
        shutil.rmtree(target.parent) if made else target.unlink()
        if before is not None:
            target.write_text(before)
    assert answer.returncode != 0
    broken = [" ".join(line.split()) for line in answer.stdout.split("\n\n") if "BROKEN" in line or contract in line]
    assert any(contract in block for block in broken), answer.stdout


def test_django_knows_no_app_that_the_contracts_do_not():
    ours = {c.name for c in apps.get_app_configs() if c.name.split(".")[0] in FLOORS and c.name.count(".") == 1}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    watched = {c for contract in contracts if contract["id"] in ("rooms", "core") for c in contract["containers"]}
    assert ours - {"members.access.site"} <= watched
