"""The stories, by theme. Importing this package registers them all."""
from labs.scenarios import (alive, census, closing, crash, data, heartbeat, in_the_name_of, look_alikes,  # noqa: F401
                            path, reboot)
