# Send what your organization knows of its own customers; one outcome for each item, in order.
TOKEN=$(sh token.sh records:write)
curl -sf "$BASE/v1/records" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
  -H "Idempotency-Key: ${KEY:-batch-of-today}" -d '{"items": [
  {"kind": "attributes", "type": "city", "value": "Bergen", "subject": {"user_id": "customer-1"}},
  {"kind": "product", "type": "energy-contract", "key": "C-17", "subject": {"user_id": "customer-1"}, "properties": {"tariff": "fixed"}}]}'
