"""What a customer's page shows."""
