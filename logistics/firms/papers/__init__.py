"""What an enterprise or a keeper prints."""
