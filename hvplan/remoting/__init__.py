"""The only room that talks to a host: sessions, pipelines, outcomes, error records."""
