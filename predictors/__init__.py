"""The models, and how one is run; knows nothing of the service."""
