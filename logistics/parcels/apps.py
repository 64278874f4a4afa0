from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.parcels"
    label = "parcels"
    verbose_name = _("包裹")

    def ready(self):
        from logistics.certificates.consequences import add_finder
        from logistics.parcels import door_text, notices, pickup_text  # noqa: F401  declares its messages to portal.notify
        from logistics.parcels.services.consent_asks import take_answer
        from logistics.parcels.stopping import parcels_stopped
        from portal.notify.services import add_reader

        add_finder(parcels_stopped)
        add_reader(take_answer)
