"""Tickets without customers: the demo world's (world), and seeded scripts for histories of any size.

A script is what people did to one ticket (scripts); `by_verbs` performs it through the verbs, `in_bulk` computes the same
rows in memory and inserts them in sets.
"""

from tickets.demo.world import seed

__all__ = ["seed"]
