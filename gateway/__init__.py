"""The data plane, the admin API and the live streams, as one Litestar application."""
