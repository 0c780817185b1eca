"""Addresses that come from outside and to which a reader is sent: only pages of this service."""

import re
from urllib.parse import urlsplit

from flask import request

from matchmaker.i18n import current_language

_PAGE = re.compile(r"/(?:zh|en)(/[^\\\x00-\x20\x7f-\x9f\u2028\u2029]*)")
LONGEST = 2000


def page_here(address: str | None) -> str | None:
    """Return an address, in the language of this page, if it is the path of a page of ours; None for all others.

    >>> page_here("/zh/leads?page=2"), page_here("//evil.example/zh/"), page_here("https://evil.example/zh/leads")
    ('/en/leads?page=2', None, None)
    """
    found = _PAGE.fullmatch(address or "") if len(address or "") <= LONGEST else None
    return f"/{current_language()}{found[1]}" if found else None


def page_before() -> str | None:
    """Return the page of ours from which the reader came, None when they came from elsewhere."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return None
    return page_here(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)
