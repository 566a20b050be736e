# Before you approach somebody ($1), ask whether, how and with which words, and have it kept free; tell afterwards what you said.
TOKEN=$(sh token.sh contacts:write)
ANSWER=$(curl -sf "$BASE/v1/contact/decide" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{
  "profile_id": "'"$1"'", "purpose": "customer-care", "topic": "service", "channels": ["email", "phone"],
  "sender": "human", "reservation": {"key": "answer-42"}}')
CONTACT=$(printf '%s' "$ANSWER" | sed -n 's/.*"contact_id":"\([^"]*\)".*/\1/p')
[ -n "$CONTACT" ] || { printf '%s\n' "$ANSWER"; exit; }
curl -sf "$BASE/v1/contacts" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"contacts": [
  {"profile_id": "'"$1"'", "topic": "service", "channel": "email", "sender": "human", "contact_id": "'"$CONTACT"'"}]}'
