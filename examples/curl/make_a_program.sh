# Make a program of your organization that may read profiles. Its secret is shown once: keep it in a vault.
TOKEN=$(sh token.sh org:admin)
curl -sf "$BASE/v1/organization/clients" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
  -d '{"name": "till", "scopes": ["profiles:read"]}'
