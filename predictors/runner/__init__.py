"""What runs inside a model's interpreter: standard library only, and nothing of the service."""
