"""What runs report, and how far they are."""
