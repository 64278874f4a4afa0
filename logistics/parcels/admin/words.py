"""Words that carriers, shops and depots use: officials add, change and retire them; every change is audited."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminSelectWidget

from logistics.parcels.models import KnownWord
from logistics.parcels.services.imports.columns import COLUMNS, column_label
from logistics.parcels.states import EVENT_CODES, ImportKind, PlaceWord, WordKind
from logistics.parcels.words import CARRIER_WORDS, word_key
from logistics.registry.models import Enterprise
from members.access.admin_base import ScopedAdmin
from members.access.panels import DATA, Menu
from members.access.states import Permission as P

FILES: dict[str, str] = {WordKind.PARCEL_COLUMN: ImportKind.PARCELS, WordKind.EVENT_COLUMN: ImportKind.EVENTS}


def meanings(kind: str) -> list[tuple[str, str]]:
    """What a word of this kind may mean."""
    if kind == WordKind.EVENT:
        return [*EVENT_CODES, *PlaceWord.choices]
    if kind == WordKind.CARRIER:
        return [(code, _brand(code, words.split())) for code, words in CARRIER_WORDS.items()]
    return [(field, column_label(FILES[kind], field)) for field in COLUMNS[FILES[kind]]]


def _brand(code: str, words: list[str]) -> str:
    """As the active language writes it; many brands have no name but the Chinese one."""
    if (get_language() or "").startswith("zh"):
        return words[0]
    return next(filter(str.isascii, words), code)


def _choices(kind: str) -> list[tuple[str, str]]:
    """As a select shows them; of carriers also those that only this county has."""
    known = dict(meanings(kind))
    if kind == WordKind.CARRIER:
        here = Enterprise.objects.exclude(kuaidi100_code="").values_list("kuaidi100_code", "short_name")
        known = {**dict(here), **known}
    return [(code, code if label == code else f"{label} · {code}") for code, label in known.items()]


class WordForm(forms.ModelForm):
    meaning = forms.ChoiceField(
        label=_("含义"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("请在所选的种类里选：事件、快递企业，或文件的标准列名。"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [WordKind(self.instance.kind)] if self.instance.kind else list(WordKind)
        self.of_kind = {kind: _choices(kind) for kind in kinds}
        kept = self.instance.meaning
        if kept and kept not in dict(self.of_kind[kinds[0]]):
            self.of_kind[kinds[0]].append((kept, kept))
        groups = [(str(kind.label), choices) for kind, choices in self.of_kind.items()]
        self.fields["meaning"].choices = [("", _("请选择")), *groups]

    def clean(self):
        cleaned = super().clean() or {}
        kind, meaning = cleaned.get("kind") or self.instance.kind, cleaned.get("meaning", "")
        word = cleaned.get("word") or self.instance.word
        if kind and meaning and meaning not in dict(self.of_kind[WordKind(kind)]):
            self.add_error("meaning", _("这个含义不属于所选的种类。请改选。"))
        if word and not word_key(word):
            self.add_error("word", _("请填写文字或数字。"))
        elif kind and word:
            twin = KnownWord.objects.filter(kind=kind, key=word_key(word)[:40]).exclude(pk=self.instance.pk)
            if twin.exists():
                self.add_error("word", _("这个叫法已经有了。请打开它修改。"))
        return cleaned


@admin.register(KnownWord)
class KnownWordAdmin(ScopedAdmin):
    """One table for the whole county: whoever manages what comes in may keep it. Words are retired, not deleted."""

    access = {"view": P.FEED_MANAGE, "add": P.FEED_MANAGE, "change": P.FEED_MANAGE, "delete": None}
    menu = Menu(DATA, 50, "translate")
    form = WordForm
    fields = ("kind", "word", "meaning", "active")
    list_display = ("word", "kind", "meaning", "told", "active")
    list_filter = (("kind", ChoicesDropdownFilter), "active")
    search_fields = ("word", "meaning")
    search_help_text = _("叫法或代码")
    ordering = ("kind", "meaning", "word")

    def within(self, request, permission):
        return KnownWord.objects.all() if request.actor.scope(permission) else KnownWord.objects.none()

    def get_readonly_fields(self, request, obj=None):
        return ("kind", "word") if obj is not None else ()

    @admin.display(description=_("说明"))
    def told(self, obj) -> str:
        return str(dict(meanings(obj.kind)).get(obj.meaning, ""))
