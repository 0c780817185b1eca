"""A small provider of identities on this machine, written with the server side of Authlib (OpenID Connect)."""

import threading
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "matchmaker", "a secret between the two"


@dataclass
class Client(ClientMixin):
    """The one client that the provider knows."""

    redirect_uri: str
    id_token_signed_response_alg: str = "RS256"

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(SimpleNamespace, AuthorizationCodeMixin):
    """A code that waits to be exchanged."""

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Provider:
    """The provider: whoever comes has signed in there as what `says` tells; `codes` are those given out."""

    address: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    """Claims of the token that are told otherwise than they are."""
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}, auto_kid=False))
    signs_with: RSAKey | None = None


def make_app(provider: Provider, redirect_uri: str) -> Flask:
    """Return the pages of the provider."""
    app, client = Flask("provider"), Client(redirect_uri)

    class Grant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code, request):
            said = request.payload.data
            provider.asked.append(dict(said))
            provider.codes[code] = Code(code=code, redirect_uri=request.payload.redirect_uri, scope="openid email",
                                        nonce=said.get("nonce"), auth_time=int(time.time()),
                                        code_challenge=said.get("code_challenge"),
                                        code_challenge_method=said.get("code_challenge_method"))

        def query_authorization_code(self, code, client):
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code):
            provider.codes.pop(authorization_code.code)

        def authenticate_user(self, authorization_code):
            return provider.says

    class Token(OpenIDCode):
        def exists_nonce(self, nonce, request):
            return False

        def resolve_client_private_key(self, client):
            return provider.signs_with or provider.key

        def get_encode_header(self, client):
            return {"alg": "RS256", "kid": "1"}

        def get_client_claims(self, client):
            now = int(time.time())
            return {"iss": provider.address, "aud": [CLIENT], "iat": now, "exp": now + 600}

        def generate_user_info(self, user, scope):
            return UserInfo(**user) | provider.token

    server = AuthorizationServer(app, query_client=lambda name: client if name == CLIENT else None,
                                 save_token=lambda token, request: None)
    server.register_grant(Grant, [Token(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def configuration():
        return jsonify(issuer=provider.address, authorization_endpoint=f"{provider.address}/authorize",
                       token_endpoint=f"{provider.address}/token", jwks_uri=f"{provider.address}/keys",
                       id_token_signing_alg_values_supported=["RS256", "none", "HS256"],
                       response_types_supported=["code"], subject_types_supported=["public"])

    @app.get("/keys")
    def keys():
        return jsonify(keys=[provider.key.as_dict(private=False)])

    @app.get("/authorize")
    def authorize():
        if request.args.get("code_challenge_method") != "S256" or not request.args.get("code_challenge"):
            return "invalid_request: a challenge is needed", 400
        grant = server.get_consent_grant(end_user=provider.says)
        return server.create_authorization_response(grant_user=provider.says, grant=grant)

    @app.post("/token")
    def token():
        return server.create_token_response()

    return app


def serve(provider: Provider, redirect_uri: str):
    """Start the provider on a free port; return the server, to be shut down."""
    server = make_server("127.0.0.1", 0, make_app(provider, redirect_uri), threaded=True)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
