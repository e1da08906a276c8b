"""What an installation can decide: settings, queue names, logging, the web server, the catalogue."""
