"""`GET /api/v1/device/`: am I known, what may I do, what time is it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from members.access.states import Permission
from members.devices.selectors import own_device
from members.devices.serializers import DeviceSelfSerializer
from portal.core.access import holders
from portal.core.clock import now


class DeviceSelfView(APIView):
    access = holders(Permission.EVENT_RECORD, devices=True)

    @extend_schema(
        operation_id="device_self", summary="Who the terminal is", responses=DeviceSelfSerializer, tags=["device"]
    )
    def get(self, request):
        """The device behind the credentials. People get 404."""
        device = own_device(actor=request.actor)
        device.server_time = now()
        device.functions = sorted(request.actor.permissions)
        return Response(DeviceSelfSerializer(device).data)
