"""How the API description names the devices' credentials."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class DeviceScheme(OpenApiAuthenticationExtension):
    target_class = "members.devices.authentication.DeviceAuthentication"
    name = "device"

    def get_security_definition(self, auto_schema):
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Device <code>:<secret>, as handed out once when the device was issued.",
        }
