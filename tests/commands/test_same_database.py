"""The trial's database treats text as production's does, and one that does not is told what to do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from portal import embedded
from portal.core.database_checks import HINT, check_text, text_behaviour
from portal.embedded.home import Home
from portal.env import database_from_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


class Asked:
    """The checks look a database up by its alias: here one that lives for a moment."""

    def __init__(self, url):
        connections.databases["asked"] = {**connections.databases["default"], **database_from_url(url)}
        connections.databases["asked"]["OPTIONS"] = {}

    def __enter__(self):
        return "asked"

    def __exit__(self, *error):
        connections["asked"].close()
        del connections["asked"]
        del connections.databases["asked"]


@pytest.fixture(autouse=True)
def servers_of_their_own(django_db_blocker):
    """No test here touches the tests' database, so no transaction of it is wanted."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def given(var):
    """A server that somebody installed without a language, of this machine's own PostgreSQL where there is one."""
    embedded.make_var(var)
    home = Home(var)
    own = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    programs = own[-1].parent if own else home.programs
    data = var / "given"
    data.mkdir()
    if home.account.drop:
        os.chown(data, home.account.uid, home.account.gid)
    run = lambda *line: home.account.run([str(x) for x in line], check=True, capture_output=True)  # noqa: E731
    run(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
    options = f"-k {data} -c listen_addresses='' -c fsync=off"
    home.account.run(
        [str(programs / "pg_ctl"), "start", "-D", str(data), "-w", "-s", "-l", str(data / "log"), "-o", options],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield programs, data
    run(programs / "pg_ctl", "stop", "-D", data, "-m", "immediate", "-w", "-s")
    shutil.rmtree(data)


def made_as_written(programs, data):
    """The database by the very command of docs/operations.md."""
    command = re.search(r'su postgres -c "(createdb [^"]+)"', DOCS.read_text(encoding="utf-8"))[1]
    psql = [str(programs / "psql"), "-h", str(data), "-U", "postgres", "-c", "CREATE ROLE portal LOGIN"]
    subprocess.run(psql, check=True, capture_output=True)
    _program, *arguments = command.split()
    line = [str(programs / "createdb"), "-h", str(data), "-U", "postgres", *arguments]
    subprocess.run(line, check=True, capture_output=True)
    return f"postgres://portal@/portal?host={data}"


def with_trigrams(url, owner="postgres"):
    with psycopg.connect(url.replace("portal@", f"{owner}@"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    return url


def test_the_trial_and_a_server_made_as_written_treat_text_alike(given, var):
    with Asked(with_trigrams(embedded.start_postgres(var, durable=False))) as alias:
        trial = text_behaviour(alias)
        assert check_text(None, [alias]) == []
    with Asked(with_trigrams(made_as_written(*given))) as alias:
        production = text_behaviour(alias)
        assert check_text(None, [alias]) == []
    assert trial == production
    assert trial["trigrams"] > 0


def test_a_server_that_sees_no_letters_in_chinese_is_told_what_to_do(given):
    programs, data = given
    subprocess.run([programs / "createdb", "-h", data, "-U", "postgres", "portal"], check=True, capture_output=True)
    with Asked(with_trigrams(f"postgres://postgres@/portal?host={data}")) as alias:
        found = check_text(None, [alias])
    assert [problem.id for problem in found] == ["core.W021"]
    assert found[0].hint == HINT
    assert re.search(r"createdb -O portal [^.]+\.UTF-8 portal", HINT)[0] in DOCS.read_text(encoding="utf-8")


def test_times_are_utc_whatever_the_server_says(given):
    """The zone is set by each of our connections, not by the server."""
    programs, data = given
    subprocess.run([programs / "createdb", "-h", data, "-U", "postgres", "portal"], check=True, capture_output=True)
    with Asked(f"postgres://postgres@/portal?host={data}") as alias, connections[alias].cursor() as cursor:
        cursor.execute("SHOW timezone")
        assert cursor.fetchone() == ("UTC",)


def test_test_data_of_an_older_code_are_made_anew(var):
    embedded.make_var(var)
    home = Home(var)
    home.path.mkdir(exist_ok=True)
    url = embedded.start_postgres(var, durable=False)
    with psycopg.connect(url.replace("portal@", "postgres@").replace("/portal?", "/postgres?"), autocommit=True) as own:
        own.execute("UPDATE pg_database SET datctype = 'C'")
    embedded.stop_postgres(var)
    url = embedded.start_postgres(var, durable=False)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT datctype FROM pg_database WHERE datname = 'portal'").fetchone() == (
            "C.UTF-8",
        )
