"""A field that people do not see and programs fill in: whoever fills it in is no person.

The macro ``honeypot`` puts it into a form. A view that finds it filled answers as if all had gone well and does
nothing, so that the program learns nothing.
"""

from werkzeug.datastructures import MultiDict

FIELD = "website"


def is_caught(form: MultiDict[str, str]) -> bool:
    """Tell whether a form was filled in by a program that fills in every field."""
    return bool(form.get(FIELD, "").strip())
