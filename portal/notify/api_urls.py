"""/hooks/sms/: receipts of providers."""

from django.urls import path

from portal.notify import api

urlpatterns = [path("<slug:provider>/<str:secret>/", api.receipts, name="sms_receipts")]
