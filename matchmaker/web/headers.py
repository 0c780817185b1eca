"""The headers that tell browsers what our pages never do, and what may be kept of them."""

from flask import Response, current_app

from matchmaker.i18n import current_language

POLICY = "; ".join((
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DOWNLOAD_POLICY = "default-src 'none'; sandbox"
"""For files that others brought: should a browser show one all the same, nothing in it acts."""
A_YEAR = 31_536_000


def protect(response: Response) -> Response:
    """Add the headers to `response`; what a view does not say may be kept, nobody keeps."""
    response.headers.update(ALWAYS)
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers.setdefault("Cache-Control", "no-store")
    if response.mimetype in ("text/html", "application/json", "application/problem+json"):
        response.vary.update(("Accept", "Accept-Language"))
        response.headers.setdefault("Content-Language", current_language())
    if current_app.config["MATCHMAKER"].secure_cookies:
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    return response
