# Read what changed; go on the next time with after=… and the `next` of this answer.
TOKEN=$(sh token.sh grants:request)
curl -sf "$BASE/v1/changes?limit=100" -H "Authorization: Bearer $TOKEN"
