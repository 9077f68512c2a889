"""Desired and live side by side: changes, each with its impact and cause. Pure."""
