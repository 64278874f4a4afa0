from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.labels import PUBLIC
from portal.workdays.states import DayKind


class PublishedYear(models.Model):
    """A year whose days off the State Council has published. A year without a row is not known yet."""

    labels = dict.fromkeys(("year", "source", "published_on"), PUBLIC)

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    source = models.CharField(_("依据"), max_length=120)
    published_on = models.DateField(_("公布日期"))

    class Meta:
        verbose_name = _("已公布的年份")
        verbose_name_plural = _("已公布的年份")
        ordering = ["-year"]
        constraints = [models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2199), name="published_year_sane")]

    def __str__(self):
        return str(self.year)


class SpecialDay(models.Model):
    """A day that differs from its weekday: a Tuesday off, a Sunday on which people work."""

    labels = dict.fromkeys(("day", "year", "kind", "name"), PUBLIC)

    day = models.DateField(_("日期"), primary_key=True)
    year = models.ForeignKey(PublishedYear, models.CASCADE, verbose_name=_("年份"), related_name="days")
    kind = models.CharField(_("类型"), max_length=4, choices=DayKind)
    name = models.CharField(_("名称"), max_length=20)

    class Meta:
        verbose_name = _("节假日与调休")
        verbose_name_plural = _("节假日与调休")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="special_day_kind"),
            models.CheckConstraint(condition=Q(day__year=models.F("year")), name="special_day_in_its_year"),
        ]

    def __str__(self):
        return f"{self.day} {self.get_kind_display()}"
