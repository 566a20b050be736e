"""The authorization server's half of the door: OAuth 2.0 on the core of Authlib, which knows no Starlette."""
