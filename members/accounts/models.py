from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.labels import INTERNAL, PERSONAL, PUBLIC, SECRET


class UserManager(BaseUserManager["User"]):
    def create_user(self, phone: str, password: str | None = None, **extra):
        """A member known by phone (E.164, e.g. +8613800138000). Without a password they log in by SMS code."""
        user = self.model(phone=phone, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, phone: str, password: str, **extra):
        return self.create_user(phone, password, is_staff=True, is_superuser=True, phone_verified=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The phone is the name they log in with; there is no other identifier to remember."""

    labels = {
        "id": PUBLIC, "password": SECRET, "last_login": INTERNAL, "is_superuser": INTERNAL, "groups": INTERNAL,
        "user_permissions": INTERNAL, "phone": PERSONAL, "phone_verified": INTERNAL, "name": PERSONAL,
        "is_active": INTERNAL,
        "is_staff": INTERNAL, "joined_at": INTERNAL, "demo": INTERNAL, "work_pin": SECRET,
    }  # fmt: skip

    phone = models.CharField(_("手机号"), max_length=20, unique=True)
    phone_verified = models.BooleanField(_("手机号已验证"), default=False)
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    is_staff = models.BooleanField(_("可进入管理后台"), default=False)
    joined_at = models.DateTimeField(_("注册时间"), auto_now_add=True)
    demo = models.BooleanField(_("演示账户"), default=False)
    work_pin = models.CharField(
        _("工作密码摘要"), max_length=128, blank=True
    )  # hashed; confirms an identity check at the counter

    objects = UserManager()
    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        constraints = [
            models.CheckConstraint(condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="user_phone_e164")
        ]

    def __str__(self):
        return f"#{self.pk}"  # never the phone: this text reaches logs and page titles

    def get_full_name(self):
        return self.name or str(self)

    def get_short_name(self):
        return self.get_full_name()


class Relation(models.Model):
    """A villager agrees that a relative may see and collect for them. Ends when either side wants."""

    labels = {
        "id": PUBLIC, "principal": PERSONAL, "helper": PERSONAL, "asked_at": INTERNAL,
        "agreed_at": INTERNAL, "ended_at": INTERNAL,
    }  # fmt: skip

    principal = models.ForeignKey(User, models.CASCADE, verbose_name=_("本人"), related_name="helpers")
    helper = models.ForeignKey(User, models.CASCADE, verbose_name=_("亲属"), related_name="principals")
    asked_at = models.DateTimeField(_("申请时间"))
    agreed_at = models.DateTimeField(_("同意时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("亲属代办")
        verbose_name_plural = _("亲属代办")
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "helper"], condition=Q(ended_at__isnull=True), name="relation_once_open"
            ),
            models.CheckConstraint(condition=~Q(principal=F("helper")), name="relation_two_people"),
        ]

    def __str__(self):
        return f"{self.helper_id} → {self.principal_id}"
