"""Types and conventions that every floor shares; numpy only."""
