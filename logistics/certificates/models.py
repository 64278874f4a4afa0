from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.certificates.states import CURRENT, FOUR_EYES, Act, CertificateState, MeasureState
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC


class Certificate(models.Model):
    """What the county certified, about whom, and until when. Issued once; what follows changes only its state.

    `kind` names a declared kind (certificates/kinds.py); `holder` is the id of that kind's row. Name and facts are
    kept as they were printed. `valid_until` is the last valid day; a certificate without one does not expire.
    """

    labels = {
        "id": PUBLIC, "number": PUBLIC, "kind": PUBLIC, "holder": INTERNAL, "subject": PUBLIC,
        "holder_name": PERSONAL, "facts": PUBLIC,
        "division": PUBLIC, "enterprise": INTERNAL, "user": INTERNAL, "state": PUBLIC, "valid_from": PUBLIC,
        "valid_until": PUBLIC, "issued_at": PUBLIC, "issued_by": INTERNAL, "replaces": INTERNAL, "demo": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("证书编号"), max_length=20, unique=True)
    kind = models.CharField(_("种类"), max_length=20)
    holder = models.BigIntegerField(_("持证对象"))
    subject = models.CharField(_("科目"), max_length=40, blank=True)  # of a training certificate: its course
    holder_name = models.CharField(_("持证人"), max_length=80)
    facts = models.JSONField(_("证书内容"), default=dict)
    division = models.ForeignKey("regions.Division", models.PROTECT, verbose_name=_("所在地"))
    enterprise = models.ForeignKey(
        "registry.Enterprise", models.PROTECT, null=True, blank=True, verbose_name=_("所属企业"), related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("持证人账户"), related_name="+"
    )
    state = models.CharField(_("状态"), max_length=10, choices=CertificateState, default=CertificateState.VALID)
    valid_from = models.DateField(_("有效期自"))
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    issued_at = models.DateTimeField(_("发证时间"))
    issued_by = models.CharField(_("发证人"), max_length=80)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("原证书"), related_name="replaced_by"
    )
    demo = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = _("证书")
        verbose_name_plural = pgettext_lazy("plural", "证书")
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CertificateState.values), name="certificate_state_known"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="certificate_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["kind", "holder", "subject"],
                condition=Q(state__in=[state.value for state in CURRENT]),
                name="certificate_current_once",
            ),
        ]
        indexes = [
            models.Index(fields=["valid_until"], condition=Q(state="valid"), name="certificate_ending"),
            models.Index(fields=["division", "-issued_at"], name="certificate_by_division"),
        ]

    def __str__(self):
        return self.number


class Measure(models.Model):
    """Something officials do, or propose to do, to a certificate, and why. Revocation needs two of them."""

    labels = {
        "id": PUBLIC, "certificate": INTERNAL, "act": INTERNAL, "state": INTERNAL, "why": INTERNAL,
        "proposed_by": INTERNAL, "proposed_at": INTERNAL, "decided_by": INTERNAL, "decided_at": INTERNAL,
        "decision_why": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    certificate = models.ForeignKey(Certificate, models.PROTECT, verbose_name=_("证书"), related_name="measures")
    act = models.CharField(_("措施"), max_length=10, choices=Act)
    state = models.CharField(_("状态"), max_length=10, choices=MeasureState)
    why = models.CharField(_("理由"), max_length=200)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("提出人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("复核人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    decision_why = models.CharField(_("复核意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("证书措施")
        verbose_name_plural = _("证书措施")
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(act__in=[act.value for act in FOUR_EYES])
                | Q(state__in=["proposed", "withdrawn"])
                | (Q(decided_by__isnull=False, proposed_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="measure_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state="proposed"), name="measure_proposed_once"
            ),
        ]

    def __str__(self):
        return str(self.id)


class Reminder(models.Model):
    """That the holder was told of a certificate's end so many days before. One row a certificate and term."""

    labels = {"id": PUBLIC, "certificate": INTERNAL, "days": INTERNAL, "sent_at": INTERNAL}

    certificate = models.ForeignKey(Certificate, models.CASCADE, verbose_name=_("证书"), related_name="reminders")
    days = models.PositiveSmallIntegerField(_("提前天数"))
    sent_at = models.DateTimeField(_("提醒时间"))

    class Meta:
        verbose_name = _("到期提醒")
        verbose_name_plural = _("到期提醒")
        constraints = [models.UniqueConstraint(fields=["certificate", "days"], name="reminder_once")]

    def __str__(self):
        return f"{self.certificate_id} {self.days}"
