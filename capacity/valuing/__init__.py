"""What a team, a role or a task is worth: two worlds, met by the same luck."""
