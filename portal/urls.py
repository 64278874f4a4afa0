"""All doors of the portal. Each app names its own."""

from django.contrib import admin
from django.urls import include, path

from logistics.parcels.api.schema import SchemaView

urlpatterns = [
    path("", include("portal.public.urls")),
    path("accounts/", include("members.accounts.urls")),
    path("my/relatives/", include("members.accounts.my_urls")),
    path("my/messages/", include("portal.notify.my_urls")),
    path("apply/", include("logistics.licensing.urls")),
    path("", include("logistics.firms.urls")),
    path("hooks/sms/", include("portal.notify.api_urls")),
    path("work/print/", include("logistics.documents.urls")),
    path("work/", include("logistics.desk.urls")),
    path("work/", include("logistics.parcels.urls")),
    path("certificates/", include("logistics.certificates.urls")),
    path("training/", include("logistics.training.urls")),
    path("api/v1/divisions/", include("portal.regions.urls")),
    path("api/v1/", include(("logistics.parcels.api_urls", "api"))),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("admin/", admin.site.urls),
    path("dev/", include("portal.notify.urls")),
    path("i18n/", include("portal.core.urls")),
]

handler400 = "portal.core.views.bad_request"
handler403 = "portal.core.views.forbidden"
handler404 = "portal.core.views.not_found"
handler429 = "members.accounts.views.too_many"  # asked for by django-allauth
handler500 = "portal.core.views.server_error"
