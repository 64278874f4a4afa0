"""Templates say which variables they need, in both languages."""

import pytest

from portal.notify import templates
from portal.notify.templates import TemplateMisuse, declare, template


@pytest.mark.parametrize("name", templates.names())
def test_every_template_renders_in_both_languages(name):
    found = template(name)
    values = {variable: f"<{variable}>" for variable in found.variables}
    for language in ("zh-hans", "en"):
        text = found.render(values, language)
        assert all(value in text for value in values.values())
        assert "{" not in text


def test_text_that_uses_an_undeclared_variable_does_not_load():
    with pytest.raises(TemplateMisuse):
        declare("broken", "code", zh="{code}", en="{code} {name}")


def test_a_name_is_declared_once():
    with pytest.raises(TemplateMisuse):
        declare("account_exists", zh="别的", en="other")
