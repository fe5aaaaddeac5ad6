"""A dead peer is silence: the verdict comes from the clock, and waiting costs nothing."""
import os
import signal
import time

from rig import main

from labs.program import RowWatch
from labs.report_files import read, seconds
from labs.scenario import Lab
from labs.wire import Wire

WATCHED_S = 20


def death_on_a_silent_link(rig):
    """The peer dies, three probes go unanswered, then the prober vanishes too: from then on there is not a frame.

    (After two of them one would wait longer: the gaps might double.)
    """
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1")
        link = lab.connect(opener_options={"keepalive": (1, 1, 9)})
        link.talk()
        lab.power_off(wire.b)
        lab.sleep(3.5)
        link.initiator.vanish()
        start, used = time.monotonic(), program.cpu_seconds()
        rows = RowWatch(os.path.join(program.reports, "events.csv"))
        while time.monotonic() < start + WATCHED_S:
            rows.look()
            time.sleep(0.01)
        used = program.cpu_seconds() - used
        assert program.stop(signal.SIGTERM) == 0

    events = read(program.reports, "events")
    assert [row["event"] for row in events] == ["probes_unanswered", "peer_dead"], events
    dead, (when, _) = events[1], rows.rows[2]
    assert dead["reason"] == "probes_exhausted" and dead["subject"] == wire.b.address, dead
    late = when - seconds(dead["time_utc"])
    print(f"peer_dead came {late:.3f} s after its deadline; {used:.2f} s of CPU in {WATCHED_S} s")
    assert -0.01 < late < 1, f"peer_dead came {late:.3f} s after its deadline"
    assert used < WATCHED_S / 100, f"{used} s of CPU in {WATCHED_S} s of silence"
    assert [row["verdict"] for row in read(program.reports, "flows")] == ["peer_dead"]


if __name__ == "__main__":
    main(death_on_a_silent_link)
