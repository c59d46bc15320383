"""What becomes of a sighting: events, receipts, lists, reminders, mails."""
