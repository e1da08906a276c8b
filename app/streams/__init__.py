"""Live output: written by workers as it is made, read by clients as server-sent events."""
