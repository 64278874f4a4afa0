"""The scan pages' JSON, below /work/. The contract is in logistics/desk/api/__init__.py."""

from django.urls import path

from logistics.desk.api import places, scans

urlpatterns = [
    path("station/", places.choose_station, name="choose_station"),
    path("scan/recent/", scans.scan_recent, name="scan_recent"),
    path("scan/answer/", scans.scan_answer, name="scan_answer"),
    path("scan/<str:task>/", scans.scan_post, name="scan_post"),
]
