"""How fast sightings are accepted, beside a bare endpoint that makes the same bytes durable behind the same server."""
