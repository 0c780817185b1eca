"""What is wrong with an input: a code for machines, and words for people in both languages."""

from typing import Any

from matchmaker.i18n import fill, gettext

SHOWN = 40


class Fault(str):
    """An error message that remembers its code, its template and the values that fill it.

    As a string it is English, so that it serves wherever marshmallow wants a message.

    >>> str(Fault("too_long", "At most %(limit)s characters.", limit=5))
    'At most 5 characters.'
    """

    code: str
    template: str
    values: dict[str, Any]

    def __new__(cls, code: str, template: str, /, **values: Any) -> "Fault":
        """Make the message; values that the template does not name are left out."""
        named = {name: value for name, value in values.items() if f"%({name})s" in template}
        try:
            fault = super().__new__(cls, fill(template, named))
        except KeyError:
            fault = super().__new__(cls, template)
        fault.code, fault.template, fault.values = code, template, named
        return fault

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, Any]]:
        """Tell how a copy is made; schemas are copied."""
        return (self.code, self.template), self.values

    def format(self, *_: object, **values: object) -> "Fault":
        """Return the message with `values` filled in; marshmallow fills its messages in this way."""
        return Fault(self.code, self.template, **(self.values | values))

    def words(self) -> str:
        """Return the message in the current language."""
        return gettext(self.template, **self.values)


def flatten(errors: Any) -> list[dict[str, str]]:
    """Return the faults of a `ValidationError` (its ``messages``) one by one, in the current language.

    >>> flatten({"need": {"problem": [Fault("required", "Fill this in.")]}})
    [{'field': 'need.problem', 'code': 'required', 'words': 'Fill this in.'}]
    """
    return [
        {"field": field, "code": getattr(fault, "code", "invalid"),
         "words": fault.words() if isinstance(fault, Fault) else gettext(str(fault))}
        for field, fault in _leaves(errors, ())
    ]


def shown(value: object, limit: int = SHOWN) -> str:
    """Return a foreign text short and printable, to be quoted in a message; of anything else, its type.

    >>> shown("a\\x00b" + 50 * "c", limit=5)
    'a�bc…'
    """
    if not isinstance(value, str):
        return type(value).__name__
    text = "".join(sign if sign.isprintable() else "�" for sign in value[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _leaves(errors: Any, path: tuple[str, ...]) -> list[tuple[str, str]]:
    if isinstance(errors, dict):
        return [leaf for key, inner in errors.items() for leaf in _leaves(inner, _below(path, key))]
    if isinstance(errors, list):
        return [leaf for inner in errors for leaf in _leaves(inner, path)]
    return [(".".join(path), errors)]


def _below(path: tuple[str, ...], key: object) -> tuple[str, ...]:
    if key == "_schema":
        return path
    return (*path, str(key) if isinstance(key, int) else shown(key))
