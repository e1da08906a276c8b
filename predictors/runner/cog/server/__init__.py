"""Runs a predictor for the process at the other end of a socket."""
