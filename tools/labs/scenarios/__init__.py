"""The stories, by theme. Importing this package registers them all."""
from labs.scenarios import alive, census, closing, crash, data, heartbeat, look_alikes, path, reboot  # noqa: F401
