# Fetch what a stream ($1) tells (Shared Signals, RFC 8936); without one, make it. What you do not acknowledge comes again.
TOKEN=$(sh token.sh signals:manage)
post() { curl -sf "$BASE$1" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "$2"; }
STREAM=${1:-$(post /ssf/streams '{}' | sed 's/.*"stream_id":"\([^"]*\)".*/\1/')}
post "/ssf/poll/$STREAM" '{"returnImmediately": true}'
