"""A worker whose machine believes in a year to come, as a real process under libfaketime."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from portal import embedded
from tests.commands.test_production import ROOT, production

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def environment(tmp_path_factory):
    var = tmp_path_factory.mktemp("clocks")
    with embedded.hold(var, durable=False) as urls:
        yield production(var, DJANGO_SETTINGS_MODULE="portal.settings", PYTHONPATH=str(ROOT), **urls)


def run(environment, *arguments, days=0):
    program = shutil.which("faketime")
    assert program, "faketime is missing: apt-get install faketime (./test does it)"
    before = [program, "-f", f"+{days}d"] if days else []
    done = subprocess.run(
        [*before, sys.executable, "-m", "tests.clocks.rounds", *arguments],
        cwd=ROOT, env={**environment, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "LANG": os.environ.get("LANG", "C.UTF-8")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1]), done.stderr


def test_a_worker_1200_days_ahead_ends_and_deletes_nothing(environment):
    before, _ = run(environment, "prepare")
    assert (before["standing"], before["files"]) == ("good", 2)
    wrong, said = run(environment, "all", days=1200)
    assert wrong["ahead_days"] == 1200
    assert "the clock of worker is 103680" in said
    assert wrong["alarm"] == "worker"
    after, said = run(environment, "look")
    assert {name: after[name] for name in before} == before
    healed, said = run(environment, "all")
    assert "the clock of" not in said
    assert healed["files"] == 1, "with the clock right again the file that nobody owns is swept"
    assert (healed["standing"], healed["states"]) == ("good", before["states"])
