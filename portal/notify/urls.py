from django.urls import path

from portal.notify import views

urlpatterns = [path("messages/", views.developer_messages, name="developer_messages")]
