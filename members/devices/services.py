"""Issuing, rotating and revoking the credentials of devices."""

from portal.core.fields import keyed_hash


def hash_secret(secret: str) -> str:
    """What is stored of a secret. Secrets are 256 random bits, so a keyed hash is enough and costs nothing."""
    return keyed_hash(secret, "device-secret")
