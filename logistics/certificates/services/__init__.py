"""Writes of certificates: issuing, what officials do to them afterwards, their end."""

from logistics.certificates.services.issuing import issue

__all__ = ["issue"]
