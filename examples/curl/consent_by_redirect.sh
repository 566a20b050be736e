# Ask a customer who is there: push a request with PKCE and print where to lead their browser. $1 is your redirect
# address. The answer comes back there; then: sh consent_by_redirect_code.sh ADDRESS CODE VERIFIER
VERIFIER=${VERIFIER:-$(openssl rand -hex 32)}
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d =)
URI=$(curl -sf -u "$CLIENT_ID:$CLIENT_SECRET" "$BASE/oauth/par" -d response_type=code -d scope='openid profiles:read' \
  -d state=once -d nonce=once -d code_challenge="$CHALLENGE" -d code_challenge_method=S256 \
  --data-urlencode redirect_uri="$1" --data-urlencode 'authorization_details=[{"type": "consent_grant", "purpose": "advice",
    "categories": ["contact"], "days": 90, "notice": {"nl": "Wij rekenen uit wat u kunt besparen."}}]' |
  sed 's/.*"request_uri":"\([^"]*\)".*/\1/')
echo "$BASE/oauth/authorize?client_id=$CLIENT_ID&request_uri=$URI"
