"""What crosses the wire: one model for server, client and documentation. No web framework in here."""
