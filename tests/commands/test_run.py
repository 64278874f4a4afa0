"""`./run` as a newcomer meets it: in a copy of the repository, in a folder with a space and Chinese in its name."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "PORTAL_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "CERTIFICATE_KEYS",
    "ALLOWED_HOSTS", "PUBLIC_URL",
)  # fmt: skip
LEFT_OUT = (".git", ".venv", "var", "test-results", "*_cache", "__pycache__")


def environment(**more):
    """The person's environment, without what the test run has set."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | more


def command(folder, *arguments, **more):
    line = ["./run", *arguments]
    return subprocess.run(
        line, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False, timeout=100
    )


@pytest.fixture
def copy():
    parent = Path(tempfile.mkdtemp(prefix="portal run 庄浪 "))
    parent.chmod(0o755)
    folder = parent / "portal"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    yield folder
    for pid in working_in(folder):
        psutil.Process(pid).kill()
    shutil.rmtree(parent)


def working_in(folder):
    """Processes whose working folder lies in the copy: web, worker, scheduler, PostgreSQL, Redis, the run itself."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).is_relative_to(folder):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


class Run:
    def __init__(self, folder, *arguments):
        self.folder = folder
        self.log = folder.parent / "out.txt"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                ["./run", *arguments], cwd=folder, env=environment(), stdout=output, stderr=output
            )

    def said(self):
        return self.log.read_text(encoding="utf-8")

    def ready(self):
        deadline = time.monotonic() + 200
        while "is ready" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.2)
        return json.loads((self.folder / "var/run.json").read_text())["url"]

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(150)


def status_of(url):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=20) as response:
        return response.status


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def query(folder, sql):
    servers = (folder / "var/servers.env").read_text(encoding="utf-8")
    url = next(line.partition("=")[2] for line in servers.splitlines() if line.startswith("DATABASE_URL"))
    with psycopg.connect(url) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else None


def test_help_is_there_before_anything_is_installed(tmp_path):
    for name in ("run", "portal"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    done = command(tmp_path, "--help")
    assert done.returncode == 0
    assert "--empty" in done.stdout
    assert "--port" in done.stdout
    assert not (tmp_path / ".venv").exists()
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none_is_refused(port):
    done = command(ROOT, "--port", port)
    assert done.returncode == 2
    assert "give a number from 1 to 65535" in done.stderr


@pytest.mark.parametrize("script", ["run", "test"])
def test_an_old_or_missing_python_is_answered_with_what_to_install(tmp_path, script):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname"):
        (tools / name).symlink_to(shutil.which(name))
    line = [shutil.which("bash"), str(ROOT / script)]
    alone = {"PATH": str(tools)}
    missing = subprocess.run(line, env=alone, capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    assert "apt-get install python3 python3-venv" in missing.stderr
    old = tools / "python3"
    old.write_text(f'#!{shutil.which("bash")}\n[ "$1" = -V ] && echo Python 3.9.2 || exit 1\n')
    old.chmod(0o755)
    refused = subprocess.run(line, env=alone, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "needs Python 3.11 or newer, and python3 here is Python 3.9.2" in refused.stderr


def test_production_mode_is_refused_with_the_way_to_go(tmp_path):
    done = command(ROOT, PORTAL_MODE="production", PORTAL_VAR=str(tmp_path))
    assert done.returncode == 1
    assert "docs/operations.md" in done.stderr


def test_an_unreachable_database_is_named_without_its_password(tmp_path):
    url = f"postgres://portal:hidden-word@127.0.0.1:{free_port()}/portal"
    done = command(ROOT, PORTAL_VAR=str(tmp_path), DATABASE_URL=url)
    assert done.returncode == 1
    assert "DATABASE_URL cannot be used: no connection to 127.0.0.1, database portal" in done.stderr
    assert "hidden-word" not in done.stdout + done.stderr


def test_a_taken_port_is_refused_when_it_was_asked_for(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = command(ROOT, "--port", str(port), PORTAL_VAR=str(tmp_path))
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr


def test_an_address_of_another_machine_is_named_as_such(tmp_path):
    done = command(ROOT, "--host", "192.0.2.7", PORTAL_VAR=str(tmp_path))
    assert done.returncode == 1
    assert "'192.0.2.7' is no address of this machine" in done.stderr


@pytest.mark.slow
def test_a_folder_of_somebody_else_is_named_with_what_to_do(copy):
    (copy / ".venv.lock").touch()
    (copy / ".venv.lock").chmod(0o600)
    if os.geteuid() != 0:
        (copy / ".venv.lock").chmod(0o000)
    other = {"user": "nobody"} if os.geteuid() == 0 else {}
    done = subprocess.run(
        ["./run"], cwd=copy, env=environment(), capture_output=True, text=True, check=False, timeout=60, **other
    )
    assert done.returncode == 1
    assert "cannot be opened (Permission denied)" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.2, 0.4, 0.7, 1.0])
def test_ctrl_c_in_the_first_second_shows_no_traceback(tmp_path, seconds):
    """Also while Python loads; the shell or we end, and nothing stays behind."""
    line = ["env", "--default-signal=INT", "./run", "--empty"]  # tests in the background ignore Ctrl-C, and so would it
    python = os.path.realpath(sys.executable)  # a shim of a version manager is a shell script with ways of its own
    process = subprocess.Popen(
        line, cwd=ROOT, env=environment(PORTAL_VAR=str(tmp_path / "var"), PYTHON=python),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=100)
    assert "Traceback" not in said
    assert process.returncode in (0, 130, -signal.SIGINT)
    assert [pid for pid in psutil.pids() if is_in_group(pid, process.pid)] == []


def is_in_group(pid, group):
    try:
        return os.getpgid(pid) == group and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.Error):
        return False


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_first_day_of_a_newcomer(copy):
    first = Run(copy)
    url = first.ready()
    assert status_of(url) == 200
    assert url in first.said()
    query(copy, "CREATE TABLE kept AS SELECT 42 AS number")

    second = command(copy)
    assert second.returncode == 0
    assert url in second.stdout
    assert command(copy, "--port", str(free_port())).returncode == 1

    assert first.end(signal.SIGINT) == 0, first.said()
    assert working_in(copy) == []

    again = Run(copy, "--empty")
    assert status_of(again.ready()) == 200
    assert query(copy, "SELECT number FROM kept") == [(42,)]
    again.process.kill()
    again.process.wait()
    assert working_in(copy), "kill -9 leaves children behind"

    after_kill = Run(copy, "--empty")
    assert status_of(after_kill.ready()) == 200
    assert "what a killed run had left" in after_kill.said()
    assert query(copy, "SELECT number FROM kept") == [(42,)]

    # What dies is started again: the web server, the scheduler, both servers under it.
    port = url_port(after_kill)
    for name in ("web", "beat"):
        pid = children(copy)[name]
        os.kill(pid, signal.SIGKILL)
        wait_for(partial(was_started_again, copy, name, pid), after_kill)
        assert f"'{name}' ended by itself" in after_kill.said()
    os.kill(int((data_of(copy) / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    os.kill(int((data_of(copy) / "redis/redis.pid").read_text()), signal.SIGKILL)
    for name in ("postgres", "redis"):
        wait_for(partial(says, after_kill, f"{name} had ended and was started again"), after_kill)
    wait_for(lambda: answers(f"http://127.0.0.1:{port}/"), after_kill)
    wait_for(lambda: answers(f"http://127.0.0.1:{port}/health/ready/"), after_kill)
    assert query(copy, "SELECT number FROM kept") == [(42,)]
    assert after_kill.end(signal.SIGINT) == 0, after_kill.said()
    assert working_in(copy) == []


def children(folder):
    return json.loads((folder / "var/run.json").read_text())["children"]


def was_started_again(folder, name, pid):
    return children(folder)[name] != pid


def says(run, text):
    return text in run.said()


def url_port(run):
    return int(run.ready().rstrip("/").rpartition(":")[2])


def data_of(folder):
    """Where the servers of the copy live: in it, or where the database's own user can reach them."""
    remembered = folder / "var/servers.json"
    return Path(json.loads(remembered.read_text())["home"]) if remembered.exists() else folder / "var"


def answers(url):
    try:
        return status_of(url) == 200
    except OSError:
        return False


def wait_for(true, run, seconds=120):
    deadline = time.monotonic() + seconds
    while not true():
        assert run.process.poll() is None, run.said()
        assert time.monotonic() < deadline, run.said()
        time.sleep(0.2)


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_the_preparation_leaves_nothing(copy):
    run = Run(copy, "--empty")
    while "Migrating" not in run.said():
        assert run.process.poll() is None, run.said()
        time.sleep(0.05)
    assert run.end(signal.SIGTERM) == 0, run.said()
    assert working_in(copy) == []
