# Look somebody up by e-mail ($1), and read what they let you see for one purpose.
TOKEN=$(sh token.sh profiles:read)
ID=$(curl -sf "$BASE/v1/profiles/lookup" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
  -d '{"purpose": "customer-care", "identifiers": [{"type": "email", "value": "'"$1"'"}]}' |
  sed 's/.*"profile_id":"\([^"]*\)".*/\1/')
curl -sf "$BASE/v1/profiles/$ID?purpose=customer-care" -H "Authorization: Bearer $TOKEN"
