from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.licensing"
    label = "licensing"
    verbose_name = _("认证申请")

    def ready(self):
        from logistics.certificates.kinds import CertificateKind, declare
        from logistics.licensing import words  # noqa: F401  declares its messages to portal.notify
        from logistics.licensing.kinds import KINDS

        for kind in KINDS.values():
            declare(
                CertificateKind(
                    code=kind.code, label=kind.certificate, party=kind.party, fact_labels=kind.fact_labels,
                    personal=kind.of_person, leaving=kind.leaving,
                )
            )  # fmt: skip
