"""The endpoints of `/api/v1`, one file per resource."""
