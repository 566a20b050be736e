# Exchange the code ($2) that came back to your redirect address ($1), with the verifier ($3) of the request.
curl -sf -u "$CLIENT_ID:$CLIENT_SECRET" "$BASE/oauth/token" -d grant_type=authorization_code -d code="$2" \
  -d code_verifier="$3" --data-urlencode redirect_uri="$1"
