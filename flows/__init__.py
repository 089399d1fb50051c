"""What runs when: plain functions, which Prefect records and schedules. How it is done, other packages know."""
