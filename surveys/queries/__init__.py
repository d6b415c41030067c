"""What screens and figures ask of surveys and follow-up calls."""
