"""What screens and other apps ask about complaints; import the topic: `from complaints.queries import steps`."""
