# Ask a customer who is not there, by e-mail ($1). The answer is the same for everybody, known here or not.
TOKEN=$(sh token.sh grants:request)
curl -sf "$BASE/v1/access-requests" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{
  "identifiers": [{"type": "email", "value": "'"$1"'"}], "purpose": "advice", "categories": ["products"], "days": 90,
  "notice": {"nl": "Wij rekenen uit wat beter bij u past."},
  "consequences": {"nl": "U krijgt dan geen advies. Verder verandert er niets."}, "by": "human"}'
