"""Every message the portal can send: its name, the variables it needs, its words in both languages.

A provider approves each SMS text beforehand, so texts are fixed here and only the variables differ.
Apps above this floor may `declare` their own when they start.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter


class TemplateMisuse(ValueError):
    """A programming error: an unknown template, or other variables than it declares."""


@dataclass(frozen=True)
class Template:
    name: str
    variables: frozenset[str]
    zh: str
    en: str

    def __post_init__(self):
        for text in (self.zh, self.en):
            used = {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}
            if used != self.variables:
                raise TemplateMisuse(f"{self.name}: declares {sorted(self.variables)}, uses {sorted(used)}")

    def check(self, parameters: dict) -> None:
        """Raises TemplateMisuse unless `parameters` are exactly the declared variables."""
        given = set(parameters)
        if given != self.variables:
            missing, extra = sorted(self.variables - given), sorted(given - self.variables)
            raise TemplateMisuse(f"{self.name}: missing {missing}, not declared {extra}")

    def render(self, parameters: dict, language: str = "zh-hans") -> str:
        self.check(parameters)
        return (self.en if language == "en" else self.zh).format_map(parameters)


_registry: dict[str, Template] = {}


def declare(name: str, *variables: str, zh: str, en: str) -> Template:
    template = Template(name, frozenset(variables), zh, en)
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
    "relation_code", "code", "helper", "minutes",
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
    "parcel_arrived", "station", "hours", "code", "hotline", "tail", "link",
    zh="您尾号{tail}的包裹已到{station}，取件码{code}，营业时间{hours}，电话{hotline}。详情或请人代取：{link}",
    en="Your parcel ending in {tail} is at {station}. Pickup code {code}. Open {hours}, phone {hotline}. "
    "Details, or name somebody to collect it: {link}",
)  # fmt: skip
declare(
    "parcel_waiting", "station", "hours", "code", "hotline", "tail", "link",
    zh="提醒：您尾号{tail}的包裹仍在{station}待取，取件码{code}，营业时间{hours}，电话{hotline}。到站满7天将退回。详情：{link}",
    en="Reminder: your parcel ending in {tail} still waits at {station}. Pickup code {code}. Open {hours}, "
    "phone {hotline}. After 7 days it goes back. Details: {link}",
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
)
