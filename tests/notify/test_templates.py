"""Templates say which variables they need, in both languages."""

import pytest
from django.core.management import call_command

from portal.notify import templates
from portal.notify.templates import TemplateMisuse, declare, template


@pytest.mark.parametrize("name", templates.names())
def test_every_template_renders_in_both_languages(name):
    found = template(name)
    values = {variable: f"<{variable}>" for variable in found.variables} | dict.fromkeys(found.days, "2026-12-08")
    names = {*found.line.variables, *found.line.first} if found.line else set()
    lines = [{name: f"<{name}>" for name in names}] if names else []
    for language, day in (("zh-hans", "12月8日"), ("en", "8 Dec")):
        text = found.render(values, language, lines)
        shown = {**values, **dict.fromkeys(found.days, day)}
        assert all(value in text for value in [*shown.values(), *(f"<{name}>" for name in names)])
        assert "{" not in text


@pytest.mark.parametrize("name", templates.names())
def test_a_code_that_opens_an_account_is_never_shown_in_the_account(name):
    found = template(name)
    assert not (found.in_app and "minutes" in found.variables)


def test_text_that_uses_an_undeclared_variable_does_not_load():
    with pytest.raises(TemplateMisuse):
        declare("broken", "code", zh="{code}", en="{code} {name}")


def test_a_name_is_declared_once():
    with pytest.raises(TemplateMisuse):
        declare("account_exists", zh="别的", en="other")


def test_texts_to_hand_in_number_the_variables_as_they_are_sent():
    """What is printed for approval, filled with what a provider is given, is the text itself."""
    found = template("parcel_arrived")
    values = {"station": "何马村站", "hours": "8-18", "hotline": "0933", "until": "2026-12-08"}
    lines = [{"tail": f"000{n}", "code": f"482 91{n}", "link": "https://w.cn/l/x"} for n in range(2)]
    handed = dict(templates.for_approval("parcel_arrived", most=3, host="https://w.cn"))
    assert set(handed) == {f"parcel_arrived{n}{e}" for n in ("", ".2", ".3", ".list") for e in ("", "@en")}
    apart, listed = found.ordered_apart(values, lines), found.ordered(values, "en", lines)
    for key, language, parameters in (("parcel_arrived.2", "zh-hans", apart), ("parcel_arrived.list@en", "en", listed)):
        text = handed[key]
        for position, value in enumerate(parameters, start=1):
            text = text.replace(f"{{{position}}}", value.removeprefix("https://w.cn/"))
        assert text == found.render(values, language, lines)


def test_the_command_prints_them_all(capsys):
    call_command("sms_templates")
    printed = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert printed["login_code"].startswith("登录验证码{1}，{2}分钟")
    assert "/{8}" in printed["parcel_arrived"]
