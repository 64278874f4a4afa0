"""The REST API under /api/v1/ (namespace `api`)."""

from django.urls import path

from logistics.parcels.api.events import EventsView
from logistics.parcels.api.imports import ImportResultView, ImportsView, ImportView
from logistics.parcels.api.kuaidi100 import push
from logistics.parcels.api.parcels import ParcelsView
from logistics.parcels.api.refused import RefusedView
from members.devices.api import DeviceSelfView

urlpatterns = [
    path("device/", DeviceSelfView.as_view(), name="device-self"),
    path("events/", EventsView.as_view(), name="events"),
    path("parcels/", ParcelsView.as_view(), name="parcels"),
    path("refused/", RefusedView.as_view(), name="refused"),
    path("imports/", ImportsView.as_view(), name="imports"),
    path("imports/<uuid:batch_id>/", ImportView.as_view(), name="import"),
    path("imports/<uuid:batch_id>/result.<str:extension>", ImportResultView.as_view(), name="import-result"),
    path("kuaidi100/<str:key>/", push, name="kuaidi100"),
]
