"""Makers of the tiny demo models: real architectures in small sizes, nothing downloaded."""
