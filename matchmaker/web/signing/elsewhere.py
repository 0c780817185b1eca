"""Signing in by a provider of identities (OpenID Connect, authorization code with PKCE and nonce).

The provider is asked in a request that changes nothing; what it says travels one redirect further in the signed cookie,
and is used there in a transaction of its own. No transaction that holds a lock is open while the provider answers.
"""

import time
from typing import Any

from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.errors import Forbidden, Unavailable
from matchmaker.extras import require
from matchmaker.i18n import current_language
from matchmaker.i18n import marked as _
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.people import elsewhere
from matchmaker.web.addresses import page_here
from matchmaker.web.signing import account, signing_in

blueprint = Blueprint("web_elsewhere", __name__, url_prefix="/sign-in/provider")

CLIENT = "oidc"
KEPT = "elsewhere"
LASTS = 60
"""Seconds that the browser has to follow the last redirect."""
PATIENCE = 10
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a key pair: neither none at all, nor one that the client's own secret could make."""
REFUSED = _("Signing in with the provider did not succeed. Start again.")


def equip(app: Flask) -> None:
    """Make the provider of the settings known to `app`; raise `Unavailable` when the extra is not installed."""
    config: Config = app.config["MATCHMAKER"]
    oauth = require("authlib.integrations.flask_client", "oidc").OAuth(app)
    app.extensions[CLIENT] = oauth.register(
        CLIENT, client_id=config.oidc_client_id, client_secret=config.oidc_client_secret,
        server_metadata_url=f"{config.oidc_issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "default_timeout": PATIENCE})


@blueprint.get("")
@allows(ANYBODY)
def start() -> Response:
    """Send the browser to the provider."""
    client = _client()
    cookie[KEPT] = {"lang": current_language(), "to": page_here(request.args.get("to"))}
    found: Response = _asked(lambda: client.authorize_redirect(_config().public_url + url_for(".callback", lang="en")))
    return found


@blueprint.get("/callback")
@allows(ANYBODY)
def callback() -> Response:
    """Take back what the provider says, and go on."""
    client = _client()
    kept = cookie.pop(KEPT, None) or {}
    token = _asked(lambda: client.authorize_access_token(claims_options={
        "iss": {"essential": True, "value": _config().oidc_issuer}, "exp": {"essential": True},
        "aud": {"essential": True, "value": _config().oidc_client_id}, "sub": {"essential": True},
        "nonce": {"essential": True}}))
    said = token.get("userinfo")
    if not said:
        raise Forbidden(REFUSED)
    cookie[KEPT] = {"iss": str(said["iss"]), "sub": str(said["sub"]), "email": str(said.get("email", "")),
                    "is_verified": said.get("email_verified") is True, "at": int(time.time()), "to": kept.get("to")}
    return redirect(url_for(".finish", lang=kept.get("lang", "en")), 303)


@blueprint.get("/finish")
@storage.writes
@allows(ANYBODY)
def finish() -> Response:
    """Sign in whom the provider vouches for."""
    kept = cookie.pop(KEPT, None) or {}
    if not 0 <= time.time() - kept.get("at", 0) <= LASTS:
        raise Forbidden(REFUSED)
    claims = elsewhere.Claims(kept["iss"], kept["sub"], kept["email"], kept["is_verified"])
    key = elsewhere.enter(g.session, _config(), claims, signing_in.device())
    return account.signed_in(key, kept["to"])


def _asked(ask: Any) -> Any:
    """Ask the provider; raise `Unavailable` when it does not answer, `Forbidden` when it does not vouch."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        return ask()
    except (AuthlibBaseError, JoseError) as error:
        raise Forbidden(REFUSED) from error
    except (RequestException, RuntimeError, ValueError, KeyError) as error:
        raise Unavailable("The provider by which you sign in does not answer as it should. Try again later, or sign "
                          "in with your password.") from error


def _client() -> Any:
    """Return the client, which takes signatures with key pairs alone."""
    client = current_app.extensions[CLIENT]
    metadata = _asked(client.load_server_metadata)
    metadata["id_token_signing_alg_values_supported"] = list(ALGORITHMS)
    if metadata.get("issuer") != _config().oidc_issuer:
        raise Unavailable("The provider by which you sign in does not answer as it should. Try again later, or sign "
                          "in with your password.")
    return client


def _config() -> Config:
    found: Config = current_app.config["MATCHMAKER"]
    return found
