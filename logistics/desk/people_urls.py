"""Where people carry, hand over, deliver and take in, under /work/."""

from django.urls import path

from logistics.desk.views import asking, carry, collect, door, parcel_acts, photos

urlpatterns = [
    path("photos/", photos.photo_add, name="photo_add"),
    path("photos/<uuid:photo_id>/", photos.photo_file, name="photo_file"),
    path("carry/", carry.carry_page, name="work_carry"),
    path("me/", carry.me_page, name="work_me"),
    path("me/<str:token>/", carry.badge_page, name="work_badge"),
    path("handovers/", carry.handover_list, name="work_handovers"),
    path("handovers/<uuid:handover_id>/", carry.handover_page, name="work_handover"),
    path("handovers/<uuid:handover_id>/state/", carry.handover_state, name="work_handover_state"),
    path("handovers/<uuid:handover_id>/take/", carry.handover_take, name="work_handover_take"),
    path("handovers/<uuid:handover_id>/withdraw/", carry.handover_withdraw, name="work_handover_withdraw"),
    path("handovers/<uuid:handover_id>/take-back/", carry.handover_take_back, name="work_handover_take_back"),
    path("handovers/<uuid:handover_id>/photo/", carry.handover_photo, name="work_handover_photo"),
    path("door/", door.round_page, name="work_door"),
    path("door/<str:waybill>/", door.stop_page, name="work_door_stop"),
    path("door/<str:waybill>/deliver/", door.deliver, name="work_door_deliver"),
    path("door/<str:waybill>/failed/", door.failed, name="work_door_failed"),
    path("asking/", asking.asking_page, name="work_asking"),
    path("collect/", collect.collect_page, name="work_collect"),
    path("collect/<str:waybill>/", collect.collected_page, name="work_collected"),
    path("to-carrier/", collect.carrier_page, name="work_to_carrier"),
    path("parcels/<str:waybill>/refuse/", parcel_acts.refuse, name="act_refuse"),
    path("parcels/<str:waybill>/return/", parcel_acts.send_back, name="act_return"),
    path("parcels/<str:waybill>/return-shipment/", parcel_acts.return_shipment, name="act_return_shipment"),
    path("parcels/<str:waybill>/proxy/", parcel_acts.proxy, name="act_proxy"),
    path("parcels/<str:waybill>/consent/", parcel_acts.consent, name="act_consent"),
    path("parcels/<str:waybill>/resolve/", parcel_acts.resolve, name="act_resolve"),
    path("parcels/<str:waybill>/number/", parcel_acts.number, name="act_number"),
    path("parcels/<str:waybill>/pieces/", parcel_acts.pieces, name="act_pieces"),
    path("parcels/<str:waybill>/rest/", parcel_acts.rest, name="act_rest"),
    path("parcels/<str:waybill>/damage/", parcel_acts.damage, name="act_damage"),
    path("parcels/<str:waybill>/correct/", parcel_acts.correct, name="act_correct"),
]
