"""The database: tables and queries over SQLAlchemy Core, on SQLite or PostgreSQL."""
