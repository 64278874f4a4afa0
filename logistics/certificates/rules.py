"""What the paper and its check share."""

from logistics.certificates.models import Certificate
from logistics.certificates.signing import Statement, digest_of


def statement_of(row: Certificate) -> Statement:
    """What the code on the paper of this certificate says."""
    digest = digest_of(number=row.number, kind=row.kind, holder_name=row.holder_name, facts=row.facts)
    return Statement(row.kind, row.number, row.valid_from, row.valid_until, digest)
