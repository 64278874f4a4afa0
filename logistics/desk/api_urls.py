"""The scan pages' JSON, below /work/. The contract is in logistics/desk/api/__init__.py."""

from django.urls import path

from logistics.desk.api import bags, calls, counter, handovers, places, scans

urlpatterns = [
    path("station/", places.choose_station, name="choose_station"),
    path("parcels/<str:waybill>/call/", calls.call, name="work_call"),
    path("scan/recent/", scans.scan_recent, name="scan_recent"),
    path("scan/answer/", scans.scan_answer, name="scan_answer"),
    path("scan/undo/", scans.scan_undo, name="scan_undo"),
    path("scan/bags/", bags.bags, name="scan_bags"),
    path("scan/bags/<str:bag>/", bags.bag, name="scan_bag"),
    path("scan/bags/<str:bag>/seal/", bags.seal, name="scan_bag_seal"),
    path("scan/bags/<str:bag>/open/", bags.open_it, name="scan_bag_open"),
    path("scan/bags/<str:bag>/remove/", bags.remove, name="scan_bag_remove"),
    path("scan/handovers/", handovers.handovers, name="scan_handovers"),
    path("scan/handovers/<uuid:handover>/", handovers.handover, name="scan_handover"),
    path("scan/handovers/<uuid:handover>/take/", handovers.take, name="scan_handover_take"),
    path("scan/handovers/<uuid:handover>/withdraw/", handovers.withdraw, name="scan_handover_withdraw"),
    path("scan/depart/", handovers.depart, name="scan_depart"),
    path("scan/give-out/<str:waybill>/", counter.give_out, name="scan_give_out"),
    path("scan/stock-takes/", counter.start, name="scan_stock_takes"),
    path("scan/stock-takes/<uuid:stock_take>/end/", counter.end, name="scan_stock_take_end"),
    path("scan/<str:task>/", scans.scan_post, name="scan_post"),
]
