"""What the store keeps, one file per thing. Every function takes the connection of the caller's transaction."""
