"""What `sources.fetch` is made of: guard, dialer, transport, one exchange, robots, pace, outcomes, the browser."""
