"""Figures: what is counted, over whom, since when."""
