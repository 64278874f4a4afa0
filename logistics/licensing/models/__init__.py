from logistics.licensing.models.applications import Application, Check, Document, Remark, Step, Submission
from logistics.licensing.models.registers import RegisterImport, RegisterRow

__all__ = ["Application", "Check", "Document", "RegisterImport", "RegisterRow", "Remark", "Step", "Submission"]
