"""The operator's page about the vocabulary: kinds of resource, themes, reasons to decline."""

import re
from collections.abc import Callable

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.terms import TermSchema
from matchmaker.services import formats, terms, vocabulary
from matchmaker.services.access import OPERATOR, allows

blueprint = Blueprint("web_vocabulary", __name__, url_prefix="/operator/vocabulary")

TITLES = {"kinds": _("Kinds of resource"), "themes": _("Themes"), "decline_reasons": _("Reasons to decline")}
LISTED = {"kinds": vocabulary.kinds, "themes": vocabulary.themes, "decline_reasons": vocabulary.reasons}
CODE = re.compile(r"[a-z0-9_]{1,64}")
NEW = "new"
"""Stands for the entry that is being added, where others have their code."""

Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(OPERATOR)
def show() -> str:
    """Show the three lists."""
    return _page()


@blueprint.post("/<any(kinds,themes,decline_reasons):name>/add")
@allows(OPERATOR)
def add(name: str) -> Answer:
    """Add an entry to a list."""
    return _act(name, NEW, lambda: terms.add(g.session, name, _label()).code)


@blueprint.post("/<any(kinds,themes,decline_reasons):name>/rename")
@allows(OPERATOR)
def rename(name: str) -> Answer:
    """Give an entry other words."""
    code = _code()
    return _act(name, code, lambda: terms.rename(g.session, name, code, _label()))


@blueprint.post("/<any(kinds,themes,decline_reasons):name>/offer")
@allows(OPERATOR)
def offer(name: str) -> Answer:
    """Offer an entry no longer, or again."""
    code, act = _code(), terms.restore if request.form.get("offered") == "1" else terms.retire
    return _act(name, code, lambda: act(g.session, name, code))


def _code() -> str:
    code = request.form.get("code", "")
    if not CODE.fullmatch(code):
        raise NotFound("There is no such entry in the vocabulary.")
    return code


def _label() -> dict[str, str]:
    return dict(TermSchema().load({language: request.form.get(language) for language in ("zh", "en")}))


def _act(name: str, code: str, act: Callable[[], str | None]) -> Answer:
    """Do something with one entry, or show the page again with what stands against it."""
    at = f"{name}-{code}"
    try:
        at = f"{name}-{act() or code}"
    except ValidationError as error:
        return _page(at, {fault["field"]: fault["words"] for fault in flatten(error.messages)}), 422
    except Invalid as error:
        return _page(at, {"en": gettext(error.message, **error.values)}), 422
    except Conflict as error:
        return _page(at, {"en": gettext(error.message, **error.values)}), 409
    return redirect(url_for(".show", _anchor=at), 303)


def _page(at: str = "", faults: dict[str, str] | None = None) -> str:
    lists = [(name, gettext(title), LISTED[name](g.session)) for name, title in TITLES.items()]
    return render_template("operator_vocabulary.html", lists=lists, at=at, faults=faults or {}, form=request.form,
                           day_of=formats.day_of, new=NEW)
