"""/my/relatives/: who acts for whom."""

from django.urls import path

from members.accounts import views

urlpatterns = [
    path("", views.relatives, name="my_relatives"),
    path("ask/", views.ask_relative, name="my_relatives_ask"),
    path("code/", views.agree_relative_by_code, name="my_relatives_code"),
    path("<int:relation_id>/agree/", views.agree_relative, name="my_relatives_agree"),
    path("<int:relation_id>/end/", views.end_relative, name="my_relatives_end"),
]
