"""English is complete: what the check finds, and that compiling needs no gettext."""

import gettext
import os

import polib
import pytest

from portal.translations import ROOT, compare, compare_chinese, compile_all, problems


def catalogue(*entries):
    found = polib.POFile()
    found.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    found.extend(polib.POEntry(**entry) for entry in entries)
    return found


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"msgid": "{count} 件包裹", "msgstr": ""}, "empty"),
        ({"msgid": "{count} 件包裹", "msgstr": "parcels"}, "placeholders differ"),
        ({"msgid": "{count} 件包裹", "msgstr": "{number} parcels"}, "placeholders differ"),
        ({"msgid": "{count} 件包裹", "msgstr": "{count} 包裹"}, "still Chinese"),
        ({"msgid": "{count} 件包裹", "msgstr": "{count} parcels", "flags": ["fuzzy"]}, "fuzzy"),
        ({"msgid": "{count} 件包裹", "msgstr": "{count} parcels", "msgctxt": "other"}, "missing"),
    ],
)
def test_a_faulty_english_text_is_found(entry, reason):
    wanted = catalogue({"msgid": "{count} 件包裹"})
    assert [line.partition(":")[0] for line in compare(wanted, catalogue(entry))] == [reason]


def test_a_good_english_text_passes():
    wanted = catalogue({"msgid": "%(n)s 件"}, {"msgid": "简体中文"})
    english = catalogue({"msgid": "%(n)s 件", "msgstr": "%(n)s pieces"}, {"msgid": "简体中文", "msgstr": "简体中文"})
    assert list(compare(wanted, english)) == []


@pytest.mark.parametrize(
    ("english", "faulty"),
    [
        ("Copy the plate, e.g. “甘L12345”.", False),
        ("Copy the plate, e.g. 甘L12345.", True),  # not quoted
        ("Copy the plate, e.g. “甘L99999”.", True),  # not what the source says
    ],
)
def test_what_is_to_be_typed_in_chinese_stays_so_in_quotes(english, faulty):
    wanted = catalogue({"msgid": "请照号牌填写，例如 甘L12345。"})
    found = list(compare(wanted, catalogue({"msgid": "请照号牌填写，例如 甘L12345。", "msgstr": english})))
    assert [line.partition(":")[0] for line in found] == (["still Chinese"] if faulty else [])


def test_a_plural_may_drop_the_number_in_the_singular_only_by_choice():
    entry = {"msgid": "%(n)s 件", "msgid_plural": "%(n)s 件"}
    good = catalogue({**entry, "msgstr_plural": {0: "one piece", 1: "%(n)s pieces"}})
    half = catalogue({**entry, "msgstr_plural": {0: "one piece", 1: ""}})
    assert list(compare(catalogue(entry), good)) == []
    assert [line.partition(":")[0] for line in compare(catalogue(entry), half)] == ["empty"]


def test_strings_are_found_in_code_and_templates(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "templates/page.html").write_text("{% load i18n %}{% translate '查包裹' %}", encoding="utf-8")
    (tmp_path / "app/errors.py").write_text("hint = _('请检查单号')\n", encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/foreign.py").write_text("_('别人的')\n", encoding="utf-8")
    messages = tmp_path / "locale/en/LC_MESSAGES"
    messages.mkdir(parents=True)
    catalogue({"msgid": "查包裹", "msgstr": "Find a parcel"}).save(str(messages / "django.po"))
    assert [line.partition(" (")[0] for line in problems(tmp_path)] == ["missing: '请检查单号'"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"msgid": "Found %(n)s rows", "msgstr": ""}, "not Chinese"),
        ({"msgid": "Found %(n)s rows", "msgstr": "Found %(n)s rows"}, "not Chinese"),
        ({"msgid": "Found %(n)s rows", "msgstr": "找到几行"}, "placeholders differ"),
        ({"msgid": "Found %(n)s rows", "msgstr": "找到 %(n)s 行", "flags": ["fuzzy"]}, "fuzzy"),
    ],
)
def test_a_faulty_chinese_text_of_a_library_is_found(entry, reason):
    assert [line.partition(":")[0] for line in compare_chinese(catalogue(entry))] == [reason]


def test_every_language_is_complete():
    assert problems(ROOT) == []


def test_compiling_writes_what_is_newer_and_nothing_else(tmp_path):
    messages = tmp_path / "en/LC_MESSAGES"
    messages.mkdir(parents=True)
    source = messages / "django.po"
    catalogue({"msgid": "查包裹", "msgstr": "Find a parcel"}).save(str(source))
    assert compile_all(tmp_path) == [messages / "django.mo"]
    assert compile_all(tmp_path) == []
    with (messages / "django.mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("查包裹") == "Find a parcel"
    os.utime(source, (source.stat().st_atime + 10, source.stat().st_mtime + 10))
    assert compile_all(tmp_path) == [messages / "django.mo"]
