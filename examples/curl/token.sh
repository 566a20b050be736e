# Get an access token (OAuth 2.0 client credentials). Used by the others: TOKEN=$(sh token.sh profiles:read)
curl -sf -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials -d scope="$1" "$BASE/oauth/token" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/'
