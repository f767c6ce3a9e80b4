"""What Tollhouse keeps on disk: tables, migrations, secrets at rest, and the log writer."""
