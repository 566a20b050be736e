"""Where the authorization server is and what it does (RFC 8414, OpenID Connect Discovery)."""

from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel

from api.oauth import authorization, server
from api.principals import PlatformDep
from cdp.client_scopes import SCOPES
from cdp.oauth import client_keys, proofs_of_possession, signing_keys, wanted

router = APIRouter(tags=["oauth"])

_CLAIMS: Final = ("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash")


class Metadata(BaseModel):
    """What this authorization server does (RFC 8414, RFC 9126, RFC 9207, RFC 9396, RFC 9449, OpenID Connect)."""

    issuer: str
    authorization_endpoint: str
    pushed_authorization_request_endpoint: str
    require_pushed_authorization_requests: bool
    token_endpoint: str
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    grant_types_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    code_challenge_methods_supported: list[str]
    authorization_response_iss_parameter_supported: bool
    authorization_details_types_supported: list[str]
    prompt_values_supported: list[str]
    request_parameter_supported: bool
    request_uri_parameter_supported: bool
    claims_parameter_supported: bool
    revocation_endpoint: str
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    introspection_endpoint: str
    introspection_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_signing_alg_values_supported: list[str]
    userinfo_endpoint: str
    end_session_endpoint: str
    grant_management_endpoint: str
    grant_management_actions_supported: list[str]
    jwks_uri: str
    dpop_signing_alg_values_supported: list[str]
    scopes_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    claims_supported: list[str]


@router.get(
    "/.well-known/oauth-authorization-server",
    summary="Say what this authorization server does",
    operation_id="oauth_metadata",
)
async def metadata(platform: PlatformDep) -> Metadata:
    """Describe the endpoints."""
    return _described(platform.settings.base_url)


@router.get(
    "/.well-known/openid-configuration",
    summary="Say what this OpenID provider does",
    operation_id="openid_configuration",
)
async def discovery(platform: PlatformDep) -> Metadata:
    """Describe the same for apps that log customers in."""
    return _described(platform.settings.base_url)


def _described(issuer: str) -> Metadata:
    methods, algorithms = list(server.METHODS), list(client_keys.ALL_ALGORITHMS)
    return Metadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        pushed_authorization_request_endpoint=f"{issuer}/oauth/par",
        require_pushed_authorization_requests=False,
        token_endpoint=f"{issuer}/oauth/token",
        token_endpoint_auth_methods_supported=methods,
        token_endpoint_auth_signing_alg_values_supported=algorithms,
        grant_types_supported=list(server.GRANT_TYPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
        authorization_details_types_supported=[wanted.TYPE],
        prompt_values_supported=list(authorization.PROMPTS),
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
        claims_parameter_supported=False,
        revocation_endpoint=f"{issuer}/oauth/revoke",
        revocation_endpoint_auth_methods_supported=methods,
        revocation_endpoint_auth_signing_alg_values_supported=algorithms,
        introspection_endpoint=f"{issuer}/oauth/introspect",
        introspection_endpoint_auth_methods_supported=methods,
        introspection_endpoint_auth_signing_alg_values_supported=algorithms,
        end_session_endpoint=f"{issuer}/oauth/logout",
        userinfo_endpoint=f"{issuer}/oauth/userinfo",
        grant_management_endpoint=f"{issuer}/oauth/grants",
        grant_management_actions_supported=["query", "revoke"],
        jwks_uri=f"{issuer}/oauth/jwks",
        dpop_signing_alg_values_supported=list(proofs_of_possession.ALGORITHMS),
        scopes_supported=sorted(SCOPES),
        subject_types_supported=["pairwise"],
        id_token_signing_alg_values_supported=[signing_keys.ALGORITHM],
        claims_supported=list(_CLAIMS),
    )
