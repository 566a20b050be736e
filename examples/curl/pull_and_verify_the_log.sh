# Pull the auditor's file and check it with keys ($1, $2) that you got from the operator by another way.
TOKEN=$(sh token.sh audit:read)
FILE=$(mktemp)
curl -sf "$BASE/v1/audit/bundle" -H "Authorization: Bearer $TOKEN" -o "$FILE"
"${PYTHON:-python3}" -m consent verify "$FILE" --vkey "$1" --vkey "$2"
