"""Every message the portal can send: its name, the variables it needs, its words in both languages.

A provider approves each SMS text beforehand, so texts are fixed here and only the variables differ; the order in which
variables are declared is their order in the provider's template. Apps above this floor `declare` their own when they
start.

A template with a `line` tells several things in one message: `{count}` and `{lines}` stand for their number and their
lines, `first` names variables taken from the first line (one link for all).

`days` names variables that are days: they are kept as `2026-12-08` and written as the reader's language writes a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from string import Formatter

from portal.core.clock import short_day
from portal.notify.states import Urgency

COUNT, LINES = "count", "lines"


class TemplateMisuse(ValueError):
    """A programming error: an unknown template, or other variables than it declares."""


def _used(text: str) -> list[str]:
    return [name for _text, name, _spec, _conversion in Formatter().parse(text) if name]


def _require(name: str, declared: Sequence[str], *texts: str) -> None:
    for text in texts:
        if set(_used(text)) != set(declared):
            raise TemplateMisuse(f"{name}: declares {sorted(declared)}, uses {sorted(_used(text))}")


@dataclass(frozen=True)
class Line:
    """One line of a template: its variables, words, and what stands between two lines. At most `most` in a message."""

    variables: tuple[str, ...]
    zh: str
    en: str
    zh_join: str = "；"
    en_join: str = "; "
    first: tuple[str, ...] = ()
    most: int = 10


@dataclass(frozen=True)
class Template:
    name: str
    order: tuple[str, ...]  # of the provider's template
    zh: str
    en: str
    urgency: Urgency = Urgency.NOW
    in_app: bool = False  # also shown in the account; never for codes that open an account
    line: Line | None = None
    days: tuple[str, ...] = ()
    variables: frozenset[str] = field(init=False)  # what a sender must give

    def __post_init__(self):
        _require(self.name, self.order, self.zh, self.en)
        own = set(self.order)
        if self.line is not None:
            _require(self.name, self.line.variables, self.line.zh, self.line.en)
            own -= {COUNT, LINES, *self.line.first}
        object.__setattr__(self, "variables", frozenset(own))

    def check(self, parameters: dict) -> None:
        """Raises TemplateMisuse unless `parameters` are exactly the declared variables."""
        _compare(self.name, self.variables, parameters)

    def check_line(self, parameters: dict) -> None:
        if self.line is None:
            raise TemplateMisuse(f"{self.name} has no lines")
        _compare(self.name, {*self.line.variables, *self.line.first}, parameters)

    def render(self, parameters: dict, language: str = "zh-hans", lines: Sequence[dict] = ()) -> str:
        """The text. Raises TemplateMisuse for other variables than declared, or lines where none belong."""
        english = language == "en"
        return (self.en if english else self.zh).format_map(self._values(parameters, lines, english))

    def ordered(self, parameters: dict, language: str = "zh-hans", lines: Sequence[dict] = ()) -> list[str]:
        """The variables in the order of the provider's template, all lines in one."""
        values = self._values(parameters, lines, language == "en")
        return [str(values[name]) for name in self.order]

    def ordered_apart(self, parameters: dict, lines: Sequence[dict]) -> list[str]:
        """The same with each variable of each line apart, for templates that were approved for so many lines."""
        values = self._values(parameters, lines, english=False)
        found: list[str] = []
        for name in self.order:
            if name == LINES and self.line is not None:
                found += [str(line[part]) for line in lines for part in self.line.variables]
            else:
                found.append(str(values[name]))
        return found

    def _values(self, parameters: dict, lines: Sequence[dict], english: bool) -> dict:
        self.check(parameters)
        parameters = {**parameters, **{name: _day(parameters[name], english) for name in self.days}}
        if self.line is None:
            if lines:
                raise TemplateMisuse(f"{self.name} has no lines")
            return parameters
        if not lines:
            raise TemplateMisuse(f"{self.name} needs a line")
        for line in lines:
            self.check_line(line)
        words, join = (self.line.en, self.line.en_join) if english else (self.line.zh, self.line.zh_join)
        text = join.join(words.format_map(line) for line in lines)
        return {**parameters, **{name: lines[0][name] for name in self.line.first}, COUNT: len(lines), LINES: text}


def _day(kept: str, english: bool) -> str:
    day = dt.date.fromisoformat(kept)
    return short_day(day.month, day.day, english)


def _compare(name: str, declared: set[str] | frozenset[str], parameters: dict) -> None:
    given = set(parameters)
    if given != declared:
        missing, extra = sorted(declared - given), sorted(given - declared)
        raise TemplateMisuse(f"{name}: missing {missing}, not declared {extra}")


_registry: dict[str, Template] = {}


def declare(
    name: str,
    *variables: str,
    zh: str,
    en: str,
    urgency: Urgency = Urgency.NOW,
    in_app: bool = False,
    line: Line | None = None,
    days: tuple[str, ...] = (),
) -> Template:
    template = Template(name, variables, zh, en, urgency, in_app, line, days)
    if _registry.get(name, template) != template:
        raise TemplateMisuse(f"{name} is declared twice")
    _registry[name] = template
    return template


def template(name: str) -> Template:
    """The template called `name`. Raises TemplateMisuse when nobody declared it."""
    try:
        return _registry[name]
    except KeyError:
        raise TemplateMisuse(f"no template is called {name}") from None


def names() -> list[str]:
    return sorted(_registry)


declare(
    "login_code", "code", "minutes",
    zh="登录验证码{code}，{minutes}分钟内有效。工作人员不会向您索要，请勿告诉他人。",
    en="Login code {code}, valid for {minutes} minutes. Staff never ask for it; tell nobody.",
)  # fmt: skip
declare(
    "phone_code", "code", "minutes",
    zh="手机号验证码{code}，{minutes}分钟内有效。如非本人操作，请忽略。",
    en="Code {code} to confirm your phone, valid for {minutes} minutes. Not you? Ignore this message.",
)  # fmt: skip
declare(
    "account_exists",
    zh="您的手机号已注册，请直接用短信验证码登录。如非本人操作，请忽略。",
    en="Your phone already has an account: log in with a text-message code. Not you? Ignore this message.",
)
declare(
    "relation_code", "helper", "code", "minutes",
    zh="{helper}申请代您查件取件。同意请把验证码{code}告诉对方（{minutes}分钟内有效），不同意请勿告诉任何人。",
    en="{helper} asks to follow and collect parcels for you. If you agree, tell them {code} "
    "(valid {minutes} minutes). If not, tell nobody.",
)  # fmt: skip
declare(
    "lookup_code", "code", "minutes",
    zh="查件验证码{code}，{minutes}分钟内有效。如非本人操作，请勿告诉他人。",
    en="Parcel lookup code {code}, valid for {minutes} minutes. Not you? Tell nobody.",
)  # fmt: skip
declare(
    "account_missing",
    zh="您的手机号尚未注册。请在登录页选择“注册”，或继续不登录查件。如非本人操作，请忽略。",
    en="Your phone has no account yet: choose Sign up on the login page. Not you? Ignore this message.",
)
declare(
    "phone_changed",
    zh="您账户的手机号已更换，本号码不能再登录。如非本人操作，请立即联系县级中心。",
    en="The phone of your account was changed; this number can't log in any more. Not you? Call the county centre.",
    urgency=Urgency.SOON,
)


def for_approval(name: str, *, most: int, host: str) -> list[tuple[str, str]]:
    """(key, text) of every template to hand in for `name`: variables as {1}, {2} …, addresses with `host` written out.

    Texts about several things: one for each number of lines up to `most`, and one with all lines in a variable.
    """
    found = template(name)
    handed: list[tuple[str, str]] = []
    for language, mark in (("zh", ""), ("en", "@en")):
        whole = getattr(found, language)
        if found.line is None:
            handed.append((f"{name}{mark}", _numbered(whole, list(found.order), host)))
            continue
        line, join = getattr(found.line, language), getattr(found.line, f"{language}_join")
        for count in range(1, most + 1):
            parts = [{part: f"{{{part}_{n}}}" for part in found.line.variables} for n in range(count)]
            text = whole.replace(f"{{{LINES}}}", join.join(line.format_map(part) for part in parts))
            order = []
            for variable in found.order:
                order += [name[1:-1] for part in parts for name in part.values()] if variable == LINES else [variable]
            handed.append((f"{name}{f'.{count}' if count > 1 else ''}{mark}", _numbered(text, order, host)))
        handed.append((f"{name}.list{mark}", _numbered(whole, list(found.order), host)))
    return handed


def _numbered(text: str, order: list[str], host: str) -> str:
    numbers = {name: f"{{{position}}}" for position, name in enumerate(order, start=1)}
    if "link" in numbers:
        numbers["link"] = f"{host}/{numbers['link']}"
    return text.format_map(numbers)
