from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.states import WordKind
from logistics.parcels.words import word_key
from portal.core.labels import INTERNAL, PUBLIC


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
