"""/hooks/sms/: receipts and answers that providers bring."""

from django.urls import path

from portal.notify import api

urlpatterns = [
    path("<slug:provider>/<str:secret>/", api.receipts, name="sms_receipts"),
    path("<slug:provider>/<str:secret>/replies/", api.replies, name="sms_replies"),
]
