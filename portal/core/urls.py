from django.urls import path

from portal.core import views

urlpatterns = [path("setting/", views.reading_setting, name="reading_setting")]
