"""The order in which `./run` does things. See the package for who does what."""

import argparse
import errno
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from portal import embedded
from portal.env import BadEnvironment, env_str
from portal.runner import keys
from portal.runner.care import Care, ChildLost
from portal.runner.children import Children, StopSwitch, run_visibly
from portal.runner.instance import Instance, Record
from portal.runner.options import DEFAULT_PORT, parse
from portal.runner.say import complain, say, step
from portal.runner.servers import servers

START_SECONDS = 300  # a loaded machine needs its time; what is waited for is said meanwhile
SAY_EVERY = 20


class CannotRun(Exception):
    """Ends the run with a sentence and exit code 1."""


def main() -> int:
    options = parse(sys.argv[1:])
    switch = StopSwitch()
    var = embedded.default_var().absolute()
    try:
        _refuse_production()
        embedded.make_var(var)
        instance = Instance(var)
        if not instance.acquire():
            return _already_running(instance, options)
        leftovers = instance.end_leftovers()
        if leftovers:
            say(f"▸ Stopped what a killed run had left: {', '.join(leftovers)} 已清理上次遗留进程")
        run(var, options, instance, switch)
    except (CannotRun, BadEnvironment, embedded.EmbeddedError) as error:
        if not switch.wanted:
            complain(f"The portal does not run: {error}")
            return 1
    if switch.wanted:
        say("Stopped 已停止")
    return 0


def run(var: Path, options: argparse.Namespace, instance: Instance, switch: StopSwitch) -> None:
    port = _choose_port(options)
    instance.write(Record(pid=os.getpid(), port=port))
    try:
        with step("Secrets", "密钥"):
            keys.load_or_make(var)
        _set_environment(var, options, port)
        with ExitStack() as stack:
            with step("Database and broker", "数据库与消息队列"):
                own_servers = stack.enter_context(servers(var))
            if not switch.wanted:
                _prepare_and_serve(var, options, port, instance, switch, own_servers)
    finally:
        instance.clear()


def _prepare_and_serve(
    var: Path,
    options: argparse.Namespace,
    port: int,
    instance: Instance,
    switch: StopSwitch,
    own_servers: dict[str, bool],
) -> None:
    code = run_visibly(switch, "portal.runner.prepare", str(var), *(["--empty"] if options.empty else []))
    if switch.wanted:
        return
    if code:
        raise CannotRun("a step of the preparation failed, its message stands above.")
    children = Children(var / "log", switch)
    care = Care(var, children, own_servers, lambda: instance.write(Record(os.getpid(), url, port, children.sessions())))
    url = f"http://{_shown_host(options.host)}:{port}/"
    try:
        with step("Starting web, worker and scheduler", "启动网站、后台任务与定时任务"):
            _start(children, options.host, port)
            instance.write(Record(os.getpid(), url, port, children.sessions()))
            _wait_until_it_answers(f"http://{_local_host(options.host)}:{port}/", children, switch)
            _wait_until_workers_are_ready(children, switch)
        if not switch.wanted:
            _announce(var, url, children)
        while not switch.wanted:
            care.round()
            time.sleep(0.3)
    except ChildLost as error:
        raise CannotRun(str(error)) from None
    finally:
        say("▸ Stopping 正在停止 …")
        children.stop()


def _start(children: Children, host: str, port: int) -> None:
    children.start("web", "portal.web", "all", "--host", host, "--port", str(port))
    celery = ["-A", "portal.celery"]
    worker = ["worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    children.start("worker", "celery", *celery, *worker)
    # An empty pid file name: one left by a power cut would keep the next scheduler from starting.
    children.start("beat", "celery", *celery, "beat", "--loglevel", "INFO", "--pidfile=")


def _refuse_production() -> None:
    if env_str("PORTAL_MODE") == "production":
        raise CannotRun("PORTAL_MODE is production, and ./run is for trial. See docs/operations.md, or unset it.")


def _set_environment(var: Path, options: argparse.Namespace, port: int) -> None:
    os.environ["PORTAL_MODE"] = "development"
    os.environ["PORTAL_VAR"] = str(var)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ.setdefault("PUBLIC_URL", f"http://{_shown_host(options.host)}:{port}")
    hosts = ["localhost", "127.0.0.1", "[::1]", socket.gethostname(), options.host]
    if options.host in ("0.0.0.0", "::"):
        hosts = ["*"]  # asked for by name, on a trial machine
    os.environ.setdefault("ALLOWED_HOSTS", ",".join(dict.fromkeys(hosts)))


def _shown_host(host: str) -> str:
    if host in ("127.0.0.1", "::1"):
        return "localhost"
    return socket.gethostname() if host in ("0.0.0.0", "::") else host


def _local_host(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else f"[{host}]" if ":" in host else host


def _choose_port(options: argparse.Namespace) -> int:
    wanted = [options.port] if options.port else range(DEFAULT_PORT, DEFAULT_PORT + 100)
    for port in wanted:
        if _is_free(options.host, port):
            return int(port)
    if options.port:
        raise CannotRun(f"port {options.port} is taken. Give another one with --port, or none at all.")
    raise CannotRun(f"no port from {wanted[0]} to {wanted[-1]} is free. Give one with --port.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CannotRun(f"port {port} needs root. Give one above 1023 with --port.") from None
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise CannotRun(
                    f"'{host}' is no address of this machine. Correct --host: 127.0.0.1 is this machine alone, "
                    f"0.0.0.0 all its addresses."
                ) from None
            return False
    return True


def _already_running(instance: Instance, options: argparse.Namespace) -> int:
    """The wish is fulfilled when the running one has the wanted port: exit code 0."""
    record = instance.read()
    if record is None or not record.url:
        say("Another ./run is just starting here. Look at its terminal. 另一个 ./run 正在启动")
        return 1
    say(f"The portal runs already 平台已在运行: {record.url} (process {record.pid}; end it with Ctrl-C there)")
    return 1 if options.port and options.port != record.port else 0


def _wait_until_it_answers(url: str, children: Children, switch: StopSwitch) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy of the person
    for _round in _patiently("web", "the web server to answer", children, switch):
        try:
            direct.open(url, timeout=10).close()
            return
        except urllib.error.HTTPError as error:
            raise CannotRun(f"the first page answers {error.code}. See {children.log('web')}.") from None
        except OSError:
            continue


def _wait_until_workers_are_ready(children: Children, switch: StopSwitch) -> None:
    """Celery says so in its log; a worker that cannot load its tasks would otherwise die behind our back."""
    for _round in _patiently("worker", "the background worker to load", children, switch):
        if " ready." in children.said("worker") and "beat: Starting" in children.said("beat"):
            return


def _patiently(name: str, what: str, children: Children, switch: StopSwitch) -> Iterator[None]:
    """Rounds of a wait that goes on as long as all children live, for five minutes at most, and says what it is for."""
    began = said = time.monotonic()
    while not switch.wanted:
        for child in children.names():
            if (code := children.code(child)) is not None:
                raise CannotRun(f"the process '{child}' ended by itself (exit code {code}). See {children.log(child)}.")
        yield
        now = time.monotonic()
        if now - began > START_SECONDS:
            raise CannotRun(f"waited {START_SECONDS} s for {what}, in vain. See {children.log(name)}.")
        if now - said > SAY_EVERY:
            said = now
            say(f"  waiting for {what}, {now - began:.0f} s so far 仍在启动")
        time.sleep(0.2)


def _announce(var: Path, url: str, children: Children) -> None:
    demo = var / "demo.txt"
    if demo.exists():
        say()
        say(demo.read_text(encoding="utf-8").strip())
    say()
    say(f"The portal is ready 平台已就绪: {url}")
    say(f"Logs 日志: {children.log('web').parent}    Stop 停止: Ctrl-C")


if __name__ == "__main__":
    sys.exit(main())
