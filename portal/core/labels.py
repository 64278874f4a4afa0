"""Every model field says how private it is; a field without a label does not pass `manage.py check`."""

from __future__ import annotations

from enum import StrEnum

from django.apps import apps
from django.core import checks

OUR_PACKAGES = ("portal.", "logistics.", "emergency.", "members.")


class Label(StrEnum):
    """How private a value is.

    PUBLIC may be shown to anyone. INTERNAL to staff with the record in scope. PERSONAL tells something of a
    living person (a name, a phone, a waybill tied to one): masked, logged when read, erased by retention.
    SECRET is never shown after creation except to its owner, and is stored hashed or encrypted.
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105  a label


PUBLIC, INTERNAL, PERSONAL, SECRET = Label


def our_models():
    """Models of this project, without third-party ones."""
    return [m for m in apps.get_models() if m.__module__.startswith(OUR_PACKAGES)]


def label_problems(model) -> list[str]:
    """Sentences about fields of `model` that lack a label, or labels that name no field."""
    labels = model.__dict__.get("labels")
    if labels is None:
        return [f"{model._meta.label} declares no `labels` dict for its fields."]
    fields = {f.name for f in model._meta.concrete_fields} | {f.name for f in model._meta.local_many_to_many}
    problems = [f"{model._meta.label}.{name} has no privacy label." for name in sorted(fields - set(labels))]
    problems += [f"{model._meta.label}.labels names no field: {name}." for name in sorted(set(labels) - fields)]
    problems += [
        f"{model._meta.label}.labels[{name!r}] is not a Label."
        for name, v in labels.items()
        if not isinstance(v, Label)
    ]
    return problems


@checks.register("privacy")
def check_labels(app_configs, **kwargs):
    return [
        checks.Error(problem, hint="Add it to the model's `labels` (portal/core/labels.py).", id="core.E001")
        for model in our_models()
        for problem in label_problems(model)
    ]
