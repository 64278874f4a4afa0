"""What a run looks after while it is up: children and servers that died, and the room on the disk.

A child that ends is started again, later each time; the web server, without which there is nothing to look at, a few
times only. The embedded servers are started again as long as it takes: a full disk is emptied by somebody in the end.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from portal import embedded
from portal.runner.children import BAD_CONFIGURATION, Children
from portal.runner.say import complain, say

DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before each further start
SETTLED = 60.0  # seconds after which a child that lives has its starts forgotten
SERVERS_EVERY, SPACE_EVERY = 2.0, 30.0
SHORT = 500 * 1024 * 1024  # bytes free, below which it is said


class ChildLost(Exception):
    """A child without which the run makes no sense does not stay up."""


class Care:
    """Call `round` again and again."""

    def __init__(
        self, var: Path, children: Children, own_servers: dict[str, bool], changed: Callable[[], None]
    ) -> None:
        self._var, self._children, self._changed = var, children, changed
        self._servers = {name: starter for name, starter in _STARTERS.items() if own_servers[name]}
        self._tries: dict[str, int] = {}
        self._due: dict[str, float] = {}
        self._next_servers = self._next_space = 0.0
        self._short = False

    def round(self) -> None:
        """Raises ChildLost when the web server ended for good."""
        now = time.monotonic()
        if now >= self._next_space:
            self._next_space = now + SPACE_EVERY
            self.look_at_space()
        if now >= self._next_servers:
            self._next_servers = now + SERVERS_EVERY
            self._look_at_servers(now)
        for name in self._children.names():
            self._look_at_child(name, now)

    # -- children ------------------------------------------------------------------------------------

    def _look_at_child(self, name: str, now: float) -> None:
        if self._children.code(name) is None:
            if self._tries.get(name) and self._children.age(name) > SETTLED:
                self._tries.pop(name)
            return
        if name not in self._due:
            self._due[name] = now + self._delay(name)
        elif now >= self._due[name]:
            del self._due[name]
            self._children.start_again(name)
            self._changed()

    def _delay(self, name: str) -> float:
        code, tries = self._children.code(name), self._tries.get(name, 0)
        self._tries[name] = tries + 1
        lost = name == "web" and (tries >= len(DELAYS) or code == BAD_CONFIGURATION)
        if lost:
            raise ChildLost(
                f"the process '{name}' ended by itself (exit code {code}){f' {tries} times' if tries else ''}. "
                f"See {self._children.log(name)}.{self.space_sentence()}"
            )
        delay = DELAYS[min(tries, len(DELAYS) - 1)]
        complain(
            f"▲ The process '{name}' ended by itself (exit code {code}); it is started again in {delay:.0f} s. "
            f"See {self._children.log(name)}.{self.space_sentence()} 进程已退出，稍后自动重启"
        )
        return delay

    # -- servers -------------------------------------------------------------------------------------

    def _look_at_servers(self, now: float) -> None:
        running = embedded.status(self._var)
        for name, start in self._servers.items():
            if running[name]:
                self._tries.pop(name, None)
                continue
            tries = self._tries[name] = self._tries.get(name, 0) + 1
            try:
                start(self._var)
                say(f"▲ {name} had ended and was started again. 已重新启动")
            except embedded.EmbeddedError as error:
                complain(f"▲ {name} has ended and does not start: {error}{self.space_sentence()}")
                self._next_servers = now + DELAYS[min(tries, len(DELAYS)) - 1]

    # -- room on the disk ----------------------------------------------------------------------------

    def look_at_space(self) -> None:
        """Says once that room is short, and once that it is there again."""
        sentence = self.space_sentence()
        if bool(sentence) != self._short:
            self._short = bool(sentence)
            say(f"▲{sentence} 磁盘空间不足" if sentence else "▲ There is room on the disk again. 磁盘空间已恢复")

    def space_sentence(self) -> str:
        """Where less than 500 MB are free, as the end of a message; empty when there is room."""
        try:
            free = shutil.disk_usage(self._var).free
        except OSError:
            return ""
        return f" Only {free // 1024 // 1024} MB are free at {self._var}: make room." if free < SHORT else ""


_STARTERS: dict[str, Callable[[Path], str]] = {"postgres": embedded.start_postgres, "redis": embedded.start_redis}
