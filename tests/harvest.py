"""The forms of a page, with what a browser would send of them."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TYPED = frozenset({"text", "email", "tel", "search", "number", "url", "password"})


class Forms(HTMLParser):
    """Collects the forms of a page that are posted: path → field → the values that it can have."""

    def __init__(self, path: str, page: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, list[str]]] = {}
        self._path, self._open, self._select = path, {}, ""
        self._by_id: dict[str, dict[str, list[str]]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes) -> None:
        """Take up a form or a field of one."""
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = {}
            if values.get("method", "get").lower() == "post":
                target = urlsplit(urljoin(self._path, values.get("action") or self._path)).path
                self._open = self.found.setdefault(target, {})
            self._by_id[values.get("id", "")] = self._open
        form = self._by_id.get(values["form"], {}) if "form" in values else self._open
        name = values.get("name", "")
        if tag == "input" and name and values.get("type", "text") != "file":
            form.setdefault(name, []).append(values.get("value", "" if values.get("type", "text") in TYPED else "on"))
        elif tag == "textarea" and name:
            form.setdefault(name, []).append("")
        elif tag == "button" and name:
            form.setdefault(name, []).append(values.get("value", ""))
        elif tag == "select":
            self._select = name
            form.setdefault(name, [])
        elif tag == "option" and self._select and values.get("value"):
            form.setdefault(self._select, []).append(values["value"])

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or a choice."""
        if tag == "form":
            self._open = {}
        elif tag == "select":
            self._select = ""
