from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import CharField, F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from portal.core.labels import PUBLIC
from portal.regions.names import clean
from portal.regions.states import Kind, Level

CharField.register_lookup(Length)  # key__length in the constraint below


class Division(models.Model):
    """A place of the statistical division code, from province to village.

    `code` always has 12 digits, padded with zeros on the right; `prefix` is the part that carries meaning
    (2, 4, 6, 9 or 12 digits) and is what scopes compare. Names repeat inside a county: `repeats` says so.
    """

    labels = dict.fromkeys(
        ("code", "prefix", "level", "kind", "name", "short_name", "pinyin", "initials", "parent", "repeats",
         "longitude", "latitude", "illustrative", "edited"), PUBLIC
    )  # fmt: skip

    code = models.CharField(_("区划代码"), max_length=12, primary_key=True)
    prefix = models.CharField(_("有效代码"), max_length=12, unique=True)
    level = models.PositiveSmallIntegerField(_("级别"), choices=Level)
    kind = models.CharField(_("类型"), max_length=16, choices=Kind)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=80)
    pinyin = models.CharField(_("拼音"), max_length=300, blank=True)
    initials = models.CharField(_("拼音首字母"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("上级"), related_name="children"
    )
    repeats = models.BooleanField(_("县内重名"), default=False)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6, null=True, blank=True)
    illustrative = models.BooleanField(_("示意位置"), default=False)
    edited = models.BooleanField(_("人工修改过"), default=False)  # a reload of the register leaves it alone

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{12}$"), name="division_code_digits"),
            models.CheckConstraint(
                condition=Q(prefix__regex=r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"),
                name="division_prefix_digits",
            ),
            models.CheckConstraint(condition=Q(code__startswith=F("prefix")), name="division_prefix_of_code"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=73, longitude__lte=136, latitude__gte=3, latitude__lte=54),
                name="division_point_in_china",
            ),
            models.CheckConstraint(
                condition=(Q(level=2) & Q(parent__isnull=True)) | (~Q(level=2) & Q(parent__isnull=False)),
                name="division_parent",
            ),
        ]
        indexes = [
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="division_name_trgm"),
            GinIndex(fields=["pinyin"], opclasses=["gin_trgm_ops"], name="division_pinyin_trgm"),
            models.Index(fields=["initials"], opclasses=["varchar_pattern_ops"], name="division_initials"),
        ]

    def __str__(self):
        return self.name


class DivisionAlias(models.Model):
    """Another name of a place: what it was called before it was renamed (朱店乡 → 朱店镇), or is called by people."""

    labels = dict.fromkeys(("id", "division", "name", "key", "note"), PUBLIC)

    division = models.ForeignKey(Division, models.CASCADE, verbose_name=_("行政区划"), related_name="aliases")
    name = models.CharField(_("曾用名"), max_length=80)
    key = models.CharField(_("比对形式"), max_length=80, editable=False)
    note = models.CharField(_("说明"), max_length=120, blank=True, help_text=_("例如：2015 年乡改镇。"))

    class Meta:
        verbose_name = _("曾用名")
        verbose_name_plural = _("曾用名")
        ordering = ["division", "name"]
        constraints = [
            models.UniqueConstraint(fields=["division", "key"], name="division_alias_once"),
            models.CheckConstraint(condition=Q(key__length__gte=2), name="division_alias_not_a_letter"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = clean(self.name)
        super().save(*args, **kwargs)
