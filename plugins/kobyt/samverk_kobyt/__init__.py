"""Region plugin."""
