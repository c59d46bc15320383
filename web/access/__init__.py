"""Who may come in, and with what: sign-in, permissions, bounds."""
