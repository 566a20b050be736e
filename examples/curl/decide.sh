# Ask before you call: may your organization ($1) read this profile ($2) for this purpose, now? (AuthZEN)
TOKEN=$(sh token.sh decisions:read)
curl -sf "$BASE/access/v1/evaluation" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{
  "subject": {"type": "organization", "id": "'"$1"'"}, "action": {"name": "read"},
  "resource": {"type": "profile", "id": "'"$2"'", "properties": {"categories": ["contact"]}},
  "context": {"purpose": "customer-care"}}'
