"""One module for each resource; each exports `router`, and `api.app` includes them all."""
