"""Inbox to desk."""
