"""Deployments, schedules, notifications, and Prefect's server."""
