"""The application for WSGI servers: ``gunicorn wsgi:app``."""

from matchmaker.app import create_app

app = create_app()
