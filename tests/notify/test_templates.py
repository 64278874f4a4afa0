"""Templates say which variables they need, in both languages."""

import pytest

from portal.notify import templates
from portal.notify.templates import TemplateMisuse, declare, template


@pytest.mark.parametrize("name", templates.names())
def test_every_template_renders_in_both_languages(name):
    found = template(name)
    values = {variable: f"<{variable}>" for variable in found.variables}
    names = {*found.line.variables, *found.line.first} if found.line else set()
    lines = [{name: f"<{name}>" for name in names}] if names else []
    for language in ("zh-hans", "en"):
        text = found.render(values, language, lines)
        assert all(value in text for value in [*values.values(), *(f"<{name}>" for name in names)])
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
