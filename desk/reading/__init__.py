"""Mails and tables, read as submissions."""
