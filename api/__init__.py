"""The door: what the outside world may ask over HTTP. It holds no SQL."""
