"""All doors of the portal. Each app names its own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.public.urls")),
    path("accounts/", include("members.accounts.urls")),
    path("work/", include("logistics.parcels.urls")),
    path("api/v1/divisions/", include("portal.regions.urls")),
    path("api/v1/", include(("logistics.parcels.api_urls", "api"))),
    path("admin/", admin.site.urls),
    path("dev/", include("portal.notify.urls")),
    path("i18n/", include("portal.core.urls")),
]

handler400 = "portal.core.views.bad_request"
handler403 = "portal.core.views.forbidden"
handler404 = "portal.core.views.not_found"
handler500 = "portal.core.views.server_error"
