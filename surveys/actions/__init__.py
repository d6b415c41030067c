"""What can be done with surveys and follow-up calls; import the topic: `from surveys.actions import follow_ups`."""
