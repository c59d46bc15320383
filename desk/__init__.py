"""What people do: people, sessions, sightings, receipts, audit; and the inbox, in which a sighting is safe first."""
