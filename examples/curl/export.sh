# Stream the profile of everybody who granted you something for one purpose, one JSON document a line.
TOKEN=$(sh token.sh profiles:read)
curl -sfN "$BASE/v1/profiles/export?purpose=customer-care" -H "Authorization: Bearer $TOKEN"
