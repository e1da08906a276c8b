"""The service: its nouns, its rules and its HTTP edge."""
