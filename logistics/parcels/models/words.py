from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.states import QuestionKind, WordKind
from logistics.parcels.words import word_key
from logistics.registry.models import Enterprise
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


class KnownWord(models.Model):
    """A word of carriers, shops and depots, and what it means: kept by the county, seeded with those in use.

    `meaning` is an event code, a kuaidi100 code of a carrier, or a field of a file. A retired word means nothing.
    """

    labels = {"id": PUBLIC, **dict.fromkeys(("kind", "word", "key", "meaning", "active"), INTERNAL)}

    kind = models.CharField(_("种类"), max_length=8, choices=WordKind)
    word = models.CharField(_("常用叫法"), max_length=40)
    key = models.CharField(_("比对形式"), max_length=40, editable=False)
    meaning = models.CharField(_("含义"), max_length=30)
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("常用叫法")
        verbose_name_plural = _("常用叫法")
        ordering = ["kind", "meaning", "word"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="known_word_once"),
            models.CheckConstraint(condition=Q(kind__in=WordKind.values), name="known_word_kind"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(meaning=""), name="known_word_says_something"),
        ]

    def __str__(self):
        return self.word

    def save(self, *args, **kwargs):
        self.key = word_key(self.word)[:40]
        super().save(*args, **kwargs)


class SenderAnswer(models.Model):
    """What a sender's files say in words that nobody knew, and what the sender answered; open without `meaning`.

    `key` is the word, of an address only a keyed hash; once an address is answered, no more than its division is kept.
    """

    LEFT_OUT = "-"  # the lines are not to be registered

    labels = {
        "id": PUBLIC,
        "enterprise": INTERNAL,
        "kind": INTERNAL,
        "key": INTERNAL,
        "value": PERSONAL,
        "meaning": INTERNAL,
        "asked_at": INTERNAL,
        "answered_at": INTERNAL,
        "answered_by": INTERNAL,
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, verbose_name=_("企业"), related_name="+")
    kind = models.CharField(_("问题"), max_length=8, choices=QuestionKind)
    key = models.CharField(_("比对形式"), max_length=64)
    value = models.CharField(_("文件里的写法"), max_length=200)
    meaning = models.CharField(_("含义"), max_length=30, blank=True)
    asked_at = models.DateTimeField(_("提出时间"))
    answered_at = models.DateTimeField(_("回答时间"), null=True, blank=True)
    answered_by = models.CharField(_("回答人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("记住的回答")
        verbose_name_plural = _("记住的回答")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "kind", "key"], name="sender_answer_once"),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="sender_answer_kind"),
            models.CheckConstraint(
                condition=Q(meaning="", answered_at__isnull=True) | (~Q(meaning="") & Q(answered_at__isnull=False)),
                name="sender_answer_dated",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"
