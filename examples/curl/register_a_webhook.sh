# Say where your organization is told of changes ($1). The secret that signs is shown once: keep it in a vault.
TOKEN=$(sh token.sh signals:manage)
curl -sf "$BASE/v1/webhooks" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"url": "'"$1"'"}'
