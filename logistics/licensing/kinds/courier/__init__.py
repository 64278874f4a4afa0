"""Certification of a person who delivers or drives."""

from logistics.licensing.kinds.courier.kind import CourierCertification

KIND = CourierCertification()
