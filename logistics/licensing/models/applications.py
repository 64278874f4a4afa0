from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.licensing.states import OPEN, ApplicationState, Purpose, ScanState
from portal.core.fields import EncryptedTextField
from portal.core.ids import new_id
from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET


class Application(models.Model):
    """Somebody asks the county to certify an enterprise, a station, a vehicle or a courier, or to go on doing so.

    `kind` names a folder of licensing/kinds. `data` holds the fields of its form as typed, `secrets` (JSON, encrypted)
    those that the kind calls secret. `revision` counts the submissions: a decision names the one it was made on.
    `holder` is the registered row it is about: none for a new one until it is approved. `identity` is the keyed hash of
    what the kind takes for the identity of the thing (credit code, plate, identity number), so that two applications
    for one thing find each other without showing it.
    """

    labels = {
        "id": PUBLIC, "number": INTERNAL, "kind": INTERNAL, "purpose": INTERNAL, "state": INTERNAL,
        "applicant": INTERNAL, "enterprise": INTERNAL, "holder": INTERNAL, "division": INTERNAL, "data": PERSONAL,
        "secrets": SECRET, "identity": SECRET, "revision": INTERNAL, "submitted_at": INTERNAL, "due_on": INTERNAL,
        "due_certain": INTERNAL, "reviewer": INTERNAL, "claimed_until": INTERNAL, "decided_at": INTERNAL,
        "decided_by": INTERNAL, "refusal": INTERNAL, "certificate": INTERNAL, "created_at": INTERNAL,
        "updated_at": INTERNAL, "demo": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("受理编号"), max_length=16, unique=True)
    kind = models.CharField(_("种类"), max_length=20)
    purpose = models.CharField(_("事项"), max_length=10, choices=Purpose)
    state = models.CharField(_("状态"), max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("申请人"), related_name="applications"
    )
    enterprise = models.ForeignKey(
        "registry.Enterprise", models.PROTECT, null=True, blank=True, verbose_name=_("代表企业"), related_name="+"
    )
    holder = models.BigIntegerField(_("登记对象"), null=True, blank=True)
    division = models.ForeignKey(
        "regions.Division", models.PROTECT, null=True, blank=True, verbose_name=_("所在地"), related_name="+"
    )
    data = models.JSONField(_("填写内容"), default=dict)
    secrets = EncryptedTextField(_("保密内容"), blank=True)
    identity = models.CharField(_("对象摘要"), max_length=64, blank=True)
    revision = models.PositiveIntegerField(_("提交次数"), default=0)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    due_on = models.DateField(_("办结期限"), null=True, blank=True)
    due_certain = models.BooleanField(_("期限已确定"), default=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("审核人"), related_name="+"
    )
    claimed_until = models.DateTimeField(_("审核占用至"), null=True, blank=True)
    decided_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("办结人"), related_name="+"
    )
    refusal = models.CharField(_("不通过的理由"), max_length=400, blank=True)
    certificate = models.ForeignKey(
        "certificates.Certificate", models.PROTECT, null=True, blank=True, verbose_name=_("证书"), related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))
    updated_at = models.DateTimeField(_("修改时间"))
    demo = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = _("认证申请")
        verbose_name_plural = pgettext_lazy("plural", "认证申请")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, division__isnull=False, revision__gte=1),
                name="application_submitted_whole",
            ),
            models.CheckConstraint(
                condition=Q(purpose="new") | Q(holder__isnull=False), name="application_about_someone"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(holder__isnull=False, certificate__isnull=False),
                name="application_approved_whole",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(refusal=""), name="application_refused_why"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True, claimed_until__isnull=True)
                | Q(reviewer__isnull=False, claimed_until__isnull=False, state="submitted"),
                name="application_claim_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("applicant")), name="application_not_own_judge"
            ),
            models.UniqueConstraint(
                fields=["kind", "holder"],
                condition=Q(holder__isnull=False, state__in=[state.value for state in OPEN]),
                name="application_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="submitted"), name="application_queue"),
            models.Index(fields=["division", "-created_at"], name="application_by_division"),
            models.Index(fields=["identity"], condition=~Q(identity=""), name="application_identity"),
        ]

    def __str__(self):
        return self.number


class Remark(models.Model):
    """What an official wants changed in one field (or document) of an application, made on one submission of it."""

    labels = {
        "id": PUBLIC, "application": INTERNAL, "field": INTERNAL, "text": INTERNAL, "revision": INTERNAL,
        "made_at": INTERNAL,
    }  # fmt: skip

    application = models.ForeignKey(Application, models.CASCADE, verbose_name=_("申请"), related_name="remarks")
    field = models.CharField(_("栏目"), max_length=40, blank=True)  # blank: about the whole
    text = models.CharField(_("意见"), max_length=200)
    revision = models.PositiveIntegerField(_("提交次数"))
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("修改意见")
        verbose_name_plural = _("修改意见")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.application_id} {self.field}"


class Submission(models.Model):
    """What was handed in at one submission, so that the next one can be held against it. Written once.

    `content` is JSON: {"values": by field, "papers": digests by kind of document}.
    """

    labels = {
        "id": PUBLIC, "application": INTERNAL, "revision": INTERNAL, "made_at": INTERNAL, "content": SECRET,
    }  # fmt: skip

    application = models.ForeignKey(Application, models.CASCADE, verbose_name=_("申请"), related_name="submissions")
    revision = models.PositiveIntegerField(_("提交次数"))
    made_at = models.DateTimeField(_("时间"))
    content = EncryptedTextField(_("提交内容"))

    class Meta:
        verbose_name = _("提交记录")
        verbose_name_plural = pgettext_lazy("plural", "提交记录")
        constraints = [models.UniqueConstraint(fields=["application", "revision"], name="submission_once_a_revision")]

    def __str__(self):
        return f"{self.application_id} {self.revision}"


class Step(models.Model):
    """One line of an application's history. Its applicant reads it without `by`. Appended only."""

    labels = {
        "id": PUBLIC, "application": INTERNAL, "at": INTERNAL, "state": INTERNAL, "by_official": INTERNAL,
        "by": INTERNAL, "text": INTERNAL,
    }  # fmt: skip

    application = models.ForeignKey(Application, models.CASCADE, verbose_name=_("申请"), related_name="steps")
    at = models.DateTimeField(_("时间"))
    state = models.CharField(_("状态"), max_length=10, choices=ApplicationState)
    by_official = models.BooleanField(_("主管部门办理"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("办理人"), related_name="+"
    )
    text = models.CharField(_("说明"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("办理过程")
        verbose_name_plural = _("办理过程")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.application_id} {self.state}"


class Check(models.Model):
    """What a reviewer found on one item of the checklist, on one submission."""

    labels = {
        "id": PUBLIC, "application": INTERNAL, "item": INTERNAL, "revision": INTERNAL, "passed": INTERNAL,
        "note": INTERNAL, "checked_by": INTERNAL, "checked_at": INTERNAL,
    }  # fmt: skip

    application = models.ForeignKey(Application, models.CASCADE, verbose_name=_("申请"), related_name="checks")
    item = models.CharField(_("审核要点"), max_length=40)
    revision = models.PositiveIntegerField(_("提交次数"))
    passed = models.BooleanField(_("符合"))
    note = models.CharField(_("备注"), max_length=200, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("审核人"), related_name="+"
    )  # none: the portal itself
    checked_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("审核记录")
        verbose_name_plural = _("审核记录")
        constraints = [models.UniqueConstraint(fields=["application", "item", "revision"], name="check_once")]

    def __str__(self):
        return f"{self.application_id} {self.item}"


class Document(models.Model):
    """A file handed in as evidence: checked by content, re-encoded, kept outside the web root."""

    labels = {
        "id": PUBLIC, "application": INTERNAL, "kind": INTERNAL, "file": PERSONAL, "name": PERSONAL,
        "content_type": INTERNAL, "bytes": INTERNAL, "pages": INTERNAL, "sha256": INTERNAL, "scan": INTERNAL,
        "added_at": INTERNAL, "added_by": INTERNAL,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, verbose_name=_("申请"), related_name="documents")
    kind = models.CharField(_("材料"), max_length=40)
    file = models.CharField(_("文件"), max_length=120, unique=True)
    name = models.CharField(_("文件名"), max_length=120)
    content_type = models.CharField(_("类型"), max_length=40)
    bytes = models.PositiveIntegerField(_("字节数"))
    pages = models.PositiveIntegerField(_("页数"), default=1)
    sha256 = models.CharField(_("摘要"), max_length=64)
    scan = models.CharField(_("查毒"), max_length=10, choices=ScanState)
    added_at = models.DateTimeField(_("上传时间"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("上传人"), related_name="+")

    class Meta:
        verbose_name = _("申请材料")
        verbose_name_plural = _("申请材料")
        ordering = ["added_at"]

    def __str__(self):
        return str(self.id)
