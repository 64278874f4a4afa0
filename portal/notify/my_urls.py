"""/my/messages/: the messages to the own phone."""

from django.urls import path

from portal.notify import views

urlpatterns = [
    path("", views.my_messages, name="my_messages"),
    path("read/", views.read_messages, name="my_messages_read"),
]
