# Check a webhook's signature: the headers $WEBHOOK_ID and $WEBHOOK_TIMESTAMP, the body on the standard input.
# Prints what has to stand among the words of the header webhook-signature.
KEY=$(printf %s "${WEBHOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
{ printf '%s.%s.' "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP"; cat; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A | sed 's/^/v1,/'
