"""The embedded servers: started twice, killed, moved, beside strangers, in folders with any name."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis

from portal import embedded
from portal.embedded import processes
from portal.embedded.home import Home
from portal.embedded.postgres import postgres_pid
from portal.embedded.redis import redis_pid

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def query(url, sql):
    with psycopg.connect(url) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else None


def test_starting_twice_keeps_the_same_server(var):
    first = embedded.start_postgres(var)
    pid = postgres_pid(Home(var))
    assert embedded.start_postgres(var) == first
    assert postgres_pid(Home(var)) == pid
    url = embedded.start_redis(var)
    pid = redis_pid(Home(var))
    assert embedded.start_redis(var) == url
    assert redis_pid(Home(var)) == pid


def test_two_starts_at_the_same_moment_make_one_server(var):
    urls = []
    threads = [threading.Thread(target=lambda: urls.append(embedded.start_postgres(var))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 4
    assert len(set(urls)) == 1
    assert query(urls[0], "SELECT 1") == [(1,)]


def test_the_application_role_is_an_ordinary_one_in_utf8_utc_and_code_point_order(var):
    url = embedded.start_postgres(var)
    assert query(url, "SELECT current_user, current_setting('is_superuser')") == [("portal", "off")]
    assert query(url, "SHOW server_encoding") == [("UTF8",)]
    assert query(url, "SHOW timezone") == [("UTC",)]
    assert query(url, "SHOW fsync") == [("on",)]
    towns = query(url, "SELECT x FROM unnest(ARRAY['水洛镇','南湖镇','万泉镇','韩店镇']) x ORDER BY x")
    assert [town for (town,) in towns] == sorted(["水洛镇", "南湖镇", "万泉镇", "韩店镇"])


def test_both_servers_answer_on_sockets_only(var):
    with redis.Redis.from_url(embedded.start_redis(var)) as client:
        assert client.config_get("port") == {"port": "0"}
    url = embedded.start_postgres(var)
    assert query(url, "SHOW listen_addresses") == [("",)]
    assert Home(var).sockets.stat().st_mode & 0o077 == 0


def test_data_survive_kill_9_of_both_servers(var):
    url = embedded.start_postgres(var)
    query(url, "CREATE TABLE parcel AS SELECT 42 AS number")
    with redis.Redis.from_url(embedded.start_redis(var)) as client:
        client.rpush("queue", "task")
        time.sleep(1.5)  # the promise is: on disk within a second
    os.kill(postgres_pid(Home(var)), signal.SIGKILL)
    os.kill(redis_pid(Home(var)), signal.SIGKILL)
    assert query(embedded.start_postgres(var), "SELECT number FROM parcel") == [(42,)]
    with redis.Redis.from_url(embedded.start_redis(var)) as client:
        assert client.lrange("queue", 0, -1) == [b"task"]


def test_a_pid_file_that_names_a_stranger_neither_blocks_nor_kills_it(var):
    url = embedded.start_postgres(var)
    query(url, "CREATE TABLE parcel AS SELECT 42 AS number")
    embedded.start_redis(var)
    home = Home(var)
    embedded.stop_redis(var)
    embedded.stop_postgres(var)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_lines = [stranger.pid, home.postgres, int(time.time()), 5432, home.sockets, "", "1 1", "ready"]
        text = "\n".join(map(str, pid_lines)) + "\n"
        (home.postgres / "postmaster.pid").write_text(text)
        (home.sockets / ".s.PGSQL.5432.lock").write_text(text)
        (home.redis / "redis.pid").write_text(f"{stranger.pid}\n")
        assert embedded.status(var)["postgres"] is None
        assert embedded.status(var)["redis"] is None
        embedded.stop_redis(var)
        embedded.stop_postgres(var)
        assert stranger.poll() is None
        assert query(embedded.start_postgres(var), "SELECT number FROM parcel") == [(42,)]
        embedded.start_redis(var)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_start_that_broke_off_during_the_first_minute_is_begun_anew(var):
    home = Home(var)
    half_made = home.path / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    assert query(embedded.start_postgres(var), "SELECT 1") == [(1,)]


def test_a_lost_socket_is_made_again(var):
    url = embedded.start_postgres(var)
    redis_url = embedded.start_redis(var)
    for name in (".s.PGSQL.5432", "redis.sock"):
        (Home(var).sockets / name).unlink()
    assert query(embedded.start_postgres(var), "SELECT 1") == [(1,)]
    assert embedded.start_redis(var) == redis_url
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
    assert embedded.start_postgres(var) == url


@pytest.mark.parametrize("name", ["with space and 'quote'", "庄浪县 物流", "long-" * 24, "comma,percent%20"])
def test_folders_of_any_name_work(var, name):
    folder = var / name
    url = embedded.start_postgres(folder)
    try:
        assert query(url, "SELECT 1") == [(1,)]
        with redis.Redis.from_url(embedded.start_redis(folder)) as client:
            assert client.ping()
        assert len(os.fsencode(Home(folder).sockets / ".s.PGSQL.5432.lock")) <= 107
    finally:
        embedded.stop_redis(folder)
        embedded.stop_postgres(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must drop to another user")
def test_root_keeps_a_private_home_closed_and_finds_its_data_after_a_move(var):
    private = var / "private"
    private.mkdir(parents=True, mode=0o700)
    place = private / "var"
    url = embedded.start_postgres(place)
    query(url, "CREATE TABLE parcel AS SELECT 42 AS number")
    outside = Home(place).path
    try:
        assert private.stat().st_mode & 0o777 == 0o700
        assert not outside.is_relative_to(private)
        embedded.stop_postgres(place)
        (private / "var").rename(private / "moved")
        assert query(embedded.start_postgres(private / "moved"), "SELECT number FROM parcel") == [(42,)]
    finally:
        embedded.stop_postgres(private / "moved")
        subprocess.run(["rm", "-r", str(outside)], check=True)


def test_data_of_another_version_are_refused_with_a_way_out(var):
    embedded.start_postgres(var)
    embedded.stop_postgres(var)
    (Home(var).postgres / "PG_VERSION").write_text("14\n")
    with pytest.raises(embedded.EmbeddedError, match=r"written by PostgreSQL 14.*pg_dump"):
        embedded.start_postgres(var)


def test_servers_stop_with_their_last_user(var):
    with ExitStack() as mine, ExitStack() as theirs:
        mine.enter_context(embedded.hold(var))
        theirs.enter_context(embedded.hold(var))
        mine.close()
        assert embedded.status(var)["postgres"]
        assert embedded.status(var)["redis"]
    assert embedded.status(var)["postgres"] is None
    assert embedded.status(var)["redis"] is None
    assert processes.all_ours("postgres", Home(var).postgres) == []


def test_a_user_that_was_killed_does_not_keep_the_servers_alive(var):
    code = "import sys, time; from pathlib import Path; from portal import embedded\n"
    code += "with embedded.hold(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(var)], cwd=ROOT, stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
    assert embedded.status(var)["postgres"], "kill -9 leaves the servers running"
    with embedded.hold(var):
        pass
    assert embedded.status(var)["postgres"] is None


def test_servers_started_by_hand_stay_until_stopped_by_hand(var):
    def command(action):
        line = [sys.executable, "-m", "portal.embedded", action, "--var", str(var)]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    assert command("status").returncode == 3
    started = command("start")
    assert started.returncode == 0, started.stderr
    url = started.stdout.splitlines()[0].removeprefix("DATABASE_URL=")
    assert query(url, "SELECT 1") == [(1,)]
    with embedded.hold(var):
        pass
    assert command("status").returncode == 0
    assert command("stop").returncode == 0
    assert command("status").returncode == 3


def test_a_folder_that_cannot_be_made_is_refused_in_a_sentence(var):
    var.parent.joinpath("file").write_text("in the way")
    with pytest.raises(embedded.EmbeddedError, match=r"in the way|cannot be made"):
        embedded.start_postgres(var.parent / "file" / "var")


@pytest.mark.slow
def test_a_folder_that_was_closed_by_hand_is_named_with_the_remedy(var):
    embedded.start_postgres(var, durable=False)
    embedded.stop_postgres(var)
    # Root's PostgreSQL runs as another user; anybody else's is locked out of a folder without any right.
    folder, closed, mode = (var, 0o700, 0o711) if os.geteuid() == 0 else (var / "postgres", 0, 0o700)
    folder.chmod(closed)
    with pytest.raises(embedded.EmbeddedError, match=f"chmod {mode:o} {folder}"):
        embedded.start_postgres(var, durable=False)
    folder.chmod(mode)
    embedded.start_postgres(var, durable=False)
