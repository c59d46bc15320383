"""Pages and API: the form, receipts, sign-in. Never waits for a flow, and never writes the warehouse."""
