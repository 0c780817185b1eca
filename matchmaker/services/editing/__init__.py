"""What a platform's people do with its offerings: write, submit, publish, keep their state and history."""
