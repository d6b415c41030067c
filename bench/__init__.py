"""Measurement programs that need Django, run by `./dev bench` against a database of their own; never part of the product."""
