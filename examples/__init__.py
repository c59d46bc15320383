"""Things to try Détente with; nothing in the product imports them but the `demo` command."""
