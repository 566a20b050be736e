# Read up to 1,000 profiles at once; here one ($1).
TOKEN=$(sh token.sh profiles:read)
curl -sf "$BASE/v1/profiles/batch" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
  -d '{"purpose": "customer-care", "profile_ids": ["'"$1"'"]}'
