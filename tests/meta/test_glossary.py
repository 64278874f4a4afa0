"""The words on the pages are the words of the glossary, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.translation import override

from logistics.parcels.states import Act, Issue, Stage, Variant
from logistics.registry.states import EnterpriseKind, StationKind
from members.access.states import Role

GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8").lower()


def missing(label: str) -> bool:
    return label.lower() not in GLOSSARY


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "kind", [Stage, Issue, Act, Variant, StationKind, EnterpriseKind, Role], ids=lambda k: k.__name__
)
def test_every_label_is_in_the_glossary(kind, language):
    with override(language):
        labels = {str(member.label) for member in kind}
    if language == "en":
        labels = {
            label.removeprefix("Enterprise ") for label in labels
        }  # "enterprise administrator / staff" on one line
    assert {label for label in labels if missing(label)} == set()


@pytest.mark.parametrize("kind", [Stage, Issue, Act, Variant], ids=lambda k: k.__name__)
def test_every_code_is_in_the_glossary(kind):
    assert {code for code in kind.values if missing(f"`{code}`")} == set()


def test_a_word_of_one_s_own_is_found():
    assert missing("Awaiting final disposition")
