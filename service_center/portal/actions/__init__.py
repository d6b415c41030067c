"""What the customer's door does; import the topic: `from service_center.portal.actions import links`."""
