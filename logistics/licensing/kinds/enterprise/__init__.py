"""Certification of an enterprise: carrier, bus operator, seller, maker, supplier."""

from logistics.licensing.kinds.enterprise.kind import EnterpriseCertification

KIND = EnterpriseCertification()
