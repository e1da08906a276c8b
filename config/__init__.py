"""What an installation can decide: settings, queue names, logs, the web server, the catalogue."""
