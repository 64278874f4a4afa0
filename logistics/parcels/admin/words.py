"""Words that carriers, shops and depots use: officials add, change and retire them; every change is audited."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from logistics.parcels.models import KnownWord
from logistics.parcels.services.imports.columns import COLUMNS
from logistics.parcels.states import EVENT_CODES, PlaceWord, WordKind
from logistics.parcels.words import CARRIER_WORDS, word_key
from members.access.admin_base import ScopedAdmin
from members.access.panels import DATA, Menu
from members.access.states import Permission as P

_FIELDS = {WordKind.PARCEL_COLUMN: COLUMNS["parcels"], WordKind.EVENT_COLUMN: COLUMNS["events"]}


def meanings(kind: str) -> list[tuple[str, str]]:
    """What a word of this kind may mean."""
    if kind == WordKind.EVENT:
        return [*EVENT_CODES, *PlaceWord.choices]
    if kind == WordKind.CARRIER:
        return [(code, words.split()[0]) for code, words in CARRIER_WORDS.items()]
    return [(field, names[0]) for field, names in _FIELDS[WordKind(kind)].items()]


class WordForm(forms.ModelForm):
    meaning = forms.CharField(
        label=_("含义"), max_length=30,
        help_text=_("事件填事件代码，企业填快递100代码，列名填对应的标准列名。"),
    )  # fmt: skip

    def clean(self):
        cleaned = super().clean() or {}
        kind, meaning = cleaned.get("kind") or self.instance.kind, cleaned.get("meaning", "").strip()
        word = cleaned.get("word") or self.instance.word
        if kind and meaning and kind != WordKind.CARRIER:
            found = {word_key(str(text)): code for code, text in meanings(kind)} | {
                word_key(code): code for code, _text in meanings(kind)
            }
            cleaned["meaning"] = found.get(word_key(meaning), "")
            if not cleaned["meaning"]:
                self.add_error("meaning", _("没有这个代码。请从代码表或模板的列名里选一个。"))
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
