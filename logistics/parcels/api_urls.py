"""The REST API under /api/v1/ (namespace `api`)."""

from django.urls import path

from members.devices.api import DeviceSelfView

urlpatterns = [path("device/", DeviceSelfView.as_view(), name="device-self")]
