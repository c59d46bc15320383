"""Who is measured: each prepares a folder, checks all pages once per call, and says what it reported."""
