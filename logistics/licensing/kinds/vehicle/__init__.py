"""Certification of a vehicle that carries parcels inside the county."""

from logistics.licensing.kinds.vehicle.kind import VehicleCertification

KIND = VehicleCertification()
