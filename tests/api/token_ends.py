"""Everything that ends a token, and of which client."""

OF_ITS_CLIENT = "where client_id = (select client_id from access_token where token_hash = %(token)s)"
ENDS = {
    "revoked": "update access_token set revoked_at = now() where token_hash = %(token)s",
    "expired": "update access_token set expires_at = now() where token_hash = %(token)s",
    "removed": "delete from access_token where token_hash = %(token)s",
    "with its client": f"update client set revoked_at = now() {OF_ITS_CLIENT}",
    "with its organization": "update organization set closed_at = now() where organization_id ="
    f" (select organization_id from client {OF_ITS_CLIENT})",
}
