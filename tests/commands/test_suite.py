"""`./test` tells the truth: each failure is counted, the last line and the exit code agree."""

import sys

import pytest

from tests.suite import Step, main, run_all, steps, told

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
    said = capsys.readouterr().out
    assert "./test fast" in said
    assert "./test long" in said


def test_lanes_run_beside_each_other_and_their_words_do_not_mix(capsys, tmp_path):
    """Each lane ends only when the other has begun."""
    code = """
import pathlib, sys, time
me, other = (pathlib.Path(name) for name in sys.argv[1:])
me.touch()
print(me.name, "began", flush=True)
while not other.exists():
    time.sleep(0.01)
print(me.name, "ended")
"""
    left, right = str(tmp_path / "left"), str(tmp_path / "right")
    both = [Step("left", [*python(code), left, right], lane=1), Step("right", [*python(code), right, left], lane=2)]
    after = Step("after", python("raise SystemExit(1)"), lane=1)
    assert run_all([*both, after, Step("alone", python("print('alone')"))]) == 1
    said = capsys.readouterr().out
    assert "left began\nleft ended\n" in said
    assert "right began\nright ended\n" in said
    assert said.splitlines()[-1] == "3 passed, 1 failed"


def test_a_step_that_can_not_start_has_failed(capsys):
    assert run_all([Step("gone", ["/no/such/program"], lane=1), Step("lint", python(""), lane=2)]) == 1
    assert last_line(capsys) == "1 passed, 1 failed"


def test_what_long_tests_told_is_found_in_their_report(tmp_path):
    report = tmp_path / "long.xml"
    lines = "".join(
        f'<property name="{name}" value="{value}"/>' for name, value in (("told", "100 kills"), ("ms", "3"))
    )
    report.write_text(
        f'<testsuites><testsuite><testcase name="test_kills"><properties>{lines}</properties></testcase>'
        '<testcase name="test_silent"/></testsuite></testsuites>'
    )
    assert told(report) == ["test_kills: 100 kills"]
    assert told(tmp_path / "nothing.xml") == []


def test_no_step_of_the_whole_runs_a_long_test():
    marks = [step.command[step.command.index("-m", 3) + 1] for step in steps("all", {}) if step.report]
    assert len(marks) == 4
    assert all("not long" in mark for mark in marks)
