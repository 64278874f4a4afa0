"""What a device learns about itself."""

from rest_framework import serializers


class DeviceSelfSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    profile = serializers.CharField()
    functions = serializers.ListField(child=serializers.CharField())
    rotated_at = serializers.DateTimeField(allow_null=True)
    previous_secret_valid_until = serializers.DateTimeField(source="previous_valid_until", allow_null=True)
    server_time = serializers.DateTimeField(help_text="Compare with the device's clock.")
