"""The website: layout, components, static files and the public pages."""
