from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.training"
    label = "training"
    verbose_name = _("培训考试")

    def ready(self):
        from logistics.certificates.kinds import CertificateKind, declare
        from logistics.training import words  # noqa: F401  declares its messages to portal.notify
        from logistics.training.audiences import EVERYONE, add_audience
        from logistics.training.selectors import duties
        from logistics.training.selectors.passes import CERTIFICATE_KIND

        add_audience("courier", _("快递员"), duties.is_courier)
        add_audience("driver", _("驾驶员"), duties.is_driver)
        add_audience("keeper", _("站长"), duties.is_keeper)
        add_audience(EVERYONE, _("所有人员"), duties.is_anybody)
        declare(
            CertificateKind(
                CERTIFICATE_KIND,
                _("培训合格证"),
                party=None,
                fact_labels={"course": _("课程"), "audience": _("适用人员")},
                personal=True,
                issued_by=None,  # the portal itself, when somebody passes
            )
        )
