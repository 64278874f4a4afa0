"""Staff pages under /work/."""

from django.urls import include, path

from logistics.parcels.views import parcels

urlpatterns = [
    path("imports/", include("logistics.parcels.import_urls")),
    path("parcels/", parcels.parcel_list, name="work_parcels"),
    path("parcels/<str:waybill>/", parcels.parcel_page, name="work_parcel"),
    path("parcels/<str:waybill>/why/", parcels.why_page, name="work_parcel_why"),
]
