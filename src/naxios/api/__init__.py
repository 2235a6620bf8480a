"""The management API under ``/api/``: the services and queries behind the pages, for programs."""
