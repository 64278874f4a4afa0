"""Where couriers and keepers work, under /work/."""

from django.urls import include, path

from logistics.desk.states import Task
from logistics.desk.views import home, keeping, qr
from logistics.desk.views.scan import page_of

urlpatterns = [
    path("", home.desk_home, name="work"),
    path("worker.js", keeping.worker, name="desk_worker"),
    path("away/", keeping.away, name="desk_away"),
    path("who/", home.desk_who, name="desk_who"),
    path("qr/handovers/<uuid:handover_id>/", qr.handover_qr, name="desk_handover_qr"),
    *(path(f"{task.value}/", page_of(task), name=f"desk_{task.value}") for task in Task),
    path("", include("logistics.desk.api_urls")),
    path("", include("logistics.desk.people_urls")),
]
