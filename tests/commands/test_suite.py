"""`./test` tells the truth: each failure is counted, the last line and the exit code agree."""

import sys

import pytest

from tests.suite import Step, main, run_all

REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


def python(code):
    return [sys.executable, "-c", code]


def last_line(capsys):
    return capsys.readouterr().out.splitlines()[-1]


def test_all_well_ends_with_the_counts(capsys, tmp_path):
    report = tmp_path / "fast.xml"
    write = f"open({str(report)!r}, 'w').write({REPORT.format(12, 0, 0, 2)!r})"
    assert run_all([Step("lint", python("")), Step("fast", python(write), report=report)]) == 0
    assert last_line(capsys) == "11 passed, 0 failed, 2 skipped"


def test_a_failing_step_does_not_stop_the_next_and_fails_the_whole(capsys, tmp_path):
    mark = tmp_path / "ran"
    later = Step("later", python(f"open({str(mark)!r}, 'w')"))
    assert run_all([Step("lint", python("raise SystemExit(3)")), later]) == 1
    assert mark.exists()
    assert last_line(capsys) == "1 passed, 1 failed"


def test_failed_tests_are_counted_one_by_one(capsys, tmp_path):
    report = tmp_path / "fast.xml"
    write = f"open({str(report)!r}, 'w').write({REPORT.format(10, 2, 1, 0)!r}); raise SystemExit(1)"
    assert run_all([Step("fast", python(write), report=report)]) == 1
    assert last_line(capsys) == "7 passed, 3 failed"


@pytest.mark.parametrize("code", [2, 3, 5])
def test_a_test_run_that_broke_or_found_nothing_has_failed(capsys, tmp_path, code):
    report = tmp_path / "fast.xml"
    write = f"open({str(report)!r}, 'w').write({REPORT.format(0, 0, 0, 0)!r}); raise SystemExit({code})"
    assert run_all([Step("fast", python(write), report=report)]) == 1
    assert last_line(capsys) == "0 passed, 1 failed"


def test_an_old_report_is_not_counted_again(capsys, tmp_path):
    report = tmp_path / "fast.xml"
    report.write_text(REPORT.format(10, 0, 0, 0))
    assert run_all([Step("fast", python("raise SystemExit(4)"), report=report)]) == 1
    assert last_line(capsys) == "0 passed, 1 failed"


def test_help(capsys):
    assert main(["--help"]) == 0
    assert "./test fast" in capsys.readouterr().out
