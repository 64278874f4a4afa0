"""Makes .venv and hands over to it. Run by the system's Python with nothing installed: standard library only.

Packages are installed again only when a requirements file changed; a broken or half-made .venv is made anew.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while we load just ends us: nothing is begun yet
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # ./run and ./test hold it back until here

import fcntl  # noqa: E402
import hashlib  # noqa: E402
import importlib.util  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from portal.runner.options import parse  # noqa: E402  reached only after the path is set
from portal.runner.say import complain, say, step  # noqa: E402

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {"run": "requirements.txt", "test": "requirements-dev.txt"}
MODULES = {"run": "portal.runner", "test": "tests.suite"}


def main(command: str, arguments: list[str]) -> int:
    if command == "run":
        parse(arguments)  # --help and mistakes are answered before anything is installed
    os.chdir(ROOT)
    try:
        descriptor = os.open(ROOT / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        complain(
            f"This folder cannot be used: {ROOT / '.venv.lock'} cannot be opened ({error.strerror}). It belongs to "
            f"{_owner(ROOT)}: run as that user, or copy the folder to one of your own."
        )
        return 1
    fcntl.flock(descriptor, fcntl.LOCK_EX)  # ./run and ./test may start together
    try:
        if not _healthy():
            _make_environment()
        _install(ROOT / REQUIREMENTS[command])
    except subprocess.CalledProcessError as error:
        complain(f"This step failed: {' '.join(map(str, error.cmd))}\nIts message stands above.")
        return 1
    finally:
        os.close(descriptor)
    if command == "run":  # held back until portal.runner listens; a Ctrl-C in between is not lost
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    return os.execv(PYTHON, [str(PYTHON), "-m", MODULES[command], *arguments])


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, OSError):
        return "somebody else"


def _healthy() -> bool:
    """False when there is none, when it was left half made, or when its Python was upgraded away."""
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _install_venv_module()
    with step("Making the virtual environment", "建立虚拟环境"):
        if VENV.exists():
            shutil.rmtree(VENV)
        try:
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        except BaseException:
            shutil.rmtree(VENV, ignore_errors=True)
            raise


def _install_venv_module() -> None:
    """Debian and Ubuntu keep the means to make virtual environments in a package of its own."""
    package = "python3-venv"
    if os.path.realpath("/usr/bin/python3") != os.path.realpath(sys.executable):
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        complain(
            f"Python cannot make virtual environments here. Install the missing package and run again:\n"
            f"  apt-get install {package}"
        )
        sys.exit(1)
    with step(f"Installing {package}", "安装系统软件包"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=environment, check=False)
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
        subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL)
    importlib.invalidate_caches()


def _install(requirements: Path) -> None:
    stamp = VENV / f".{requirements.name}.sha256"
    digest = _digest(requirements)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    with step(f"Installing {requirements.name}, which takes a minute or two", "安装依赖"):
        command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q"]
        subprocess.run([*command, "--progress-bar=off", "-r", str(requirements)], check=True)
    stamp.write_text(digest, encoding="utf-8")


def _digest(requirements: Path) -> str:
    """Changes with the file, the files it names by -r, and the Python."""
    text = requirements.read_bytes()
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            text += (requirements.parent / line[3:].strip()).read_bytes()
    return hashlib.sha256(text + sys.version.encode()).hexdigest()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on there is something to clear up
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except KeyboardInterrupt:
        say("\nStopped 已停止")
        sys.exit(130)
