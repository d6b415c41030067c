"""Clocks under fire: real processes killed while they hold rows, and a verdict from the events alone."""
