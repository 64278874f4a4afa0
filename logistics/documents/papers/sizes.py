"""Sizes of labels, in millimetres: the rolls that label printers take."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LabelSize(models.TextChoices):
    LARGE = "100x180", _("100 × 180 毫米")
    SMALL = "76x130", _("76 × 130 毫米")

    @property
    def millimetres(self) -> tuple[float, float]:
        wide, _x, high = self.value.partition("x")
        return float(wide), float(high)

    @property
    def scale(self) -> float:
        """How much smaller than the large label type and heights are."""
        return self.millimetres[1] / 180


class ShelfSize(models.TextChoices):
    SHEET = "sheet", _("A4 不干胶，每张 24 枚（70 × 37 毫米）")
    ROLL = "roll", _("标签卷（60 × 40 毫米）")
