"""What deadpeer says while it captures is what it says of tcpdump's file of the same traffic, and it says so in time."""
import contextlib
import multiprocessing
import os
import threading
import traceback

from rig import main

from labs import capture, scenarios  # noqa: F401  (registers them)
from labs.program import Program, RowWatch
from labs.report_files import event_keys, read, seconds
from labs.scenario import SCENARIOS, laboratory

JOBS = 16  # most of a scenario is waiting
SETTLE_S = 0.3
LATE_S = 1.0  # the longest from the moment that decides an event to its row
# A RST decides nothing by itself: its twin to the other end may follow, and what the host's other connections do tells
# whether it rebooted or forgot just one.
RESET_SETTLES_S, WITNESSES_S = 0.5, 5
# Of what a middlebox is said to have lost, others are waited for: those that it lost, too, and those that it did not.
OUTLIVED_S = 25
# The machine that had the address before may go on with it, and further connections may be lost with this one.
HOLDER_S = 15
# A scan is over when nothing was tried for so long.
SCAN_PAUSE_S = 600
SOME = ("peer_crashed", "outage_heals_ipv6", "host_rebooted_met_by_probe")


class Story:
    """One scenario, watched by tcpdump and by deadpeer at the same place."""

    def __init__(self, wanted, rig):
        self.wanted, self.rig = wanted, rig
        self.folder = os.path.join(rig.folder, wanted.name)
        self.over = threading.Event()
        self.stack = contextlib.ExitStack()

    def play(self):
        os.makedirs(self.folder)
        with self.stack, laboratory(self.wanted, self.watch) as lab:
            if not self.wanted.late:
                lab.start_capture()
            self.wanted.play(lab)
            lab.sleep(SETTLE_S)
            lab.wait_visibly(0)  # for both captures the story ends here
            exit_code = self.program.stop()
            self.tcpdump.stop()
            self.over.set()
            self.looking.join()
        assert exit_code == 0, f"exit code {exit_code}"

    def watch(self, network, wanted):
        name, interface = capture.POINTS[wanted.watch]
        self.tcpdump = capture.start_tcpdump(network, wanted.watch, self.file, wanted.snap_length,
                                             wanted.capture_filter)
        self.stack.callback(self.tcpdump.kill)
        options = ["-f", wanted.capture_filter] if wanted.capture_filter else []
        self.program = Program(self.rig.executable, getattr(network, name), self.folder, "--interval", "1", *options,
                               interface=interface)
        self.stack.callback(self.program.kill)
        self.rows = RowWatch(os.path.join(self.program.reports, "events.csv"))
        self.looking = threading.Thread(target=self.look, daemon=True)
        self.looking.start()

    @property
    def file(self):
        return os.path.join(self.folder, "capture.pcap")

    def look(self):
        while not self.over.wait(0.01):
            self.rows.look()
        self.rows.look()

    def judge(self):
        capture.check_nothing_dropped(self.tcpdump)
        offline = os.path.join(self.folder, "offline")
        self.rig.analyse(self.file, offline)
        live, expected = read(self.program.reports, "events"), read(offline, "events")
        arrived = list(zip([when for when, _ in self.rows.rows[1:]], live, strict=True))
        # A rebooting host takes the link down. No file can tell that.
        live = [row for row in live if row["event"] != "capture_gap"]
        assert event_keys(live) == event_keys(expected), \
            f"live\n  {lines(live)}\noffline\n  {lines(expected)}"
        for when, row in arrived:
            late = when - decided(row)
            assert late < LATE_S and when > seconds(row["time_utc"]) - 0.01, \
                f"{row['event']} of {row['time_utc']} came {late:.3f} s late"
        return max((when - seconds(row["time_utc"]) for when, row in arrived), default=0)


def decided(row):
    """When nothing can change the event any more."""
    waits = 0
    if row["event"] in ("peer_dead", "peer_reset", "middlebox_reset", "idle_timeout_on_path"):
        waits = RESET_SETTLES_S
    elif row["event"] == "middlebox_restarted":
        waits = OUTLIVED_S
    elif row["event"] in ("address_moved", "address_conflict"):
        waits = HOLDER_S
    elif row["event"] == "scan":
        waits = SCAN_PAUSE_S
    elif row["reason"] == "no_socket_reset":
        waits = WITNESSES_S
    return seconds(row["time_utc"]) + waits


def lines(rows):
    return "\n  ".join(" ".join((row["time_utc"], *key)) for row in rows for key in event_keys([row])) or "nothing"


def tell(wanted, rig):
    """Plays and judges; the answer is a text if it went wrong."""
    story = Story(wanted, rig)
    try:
        story.play()
        latest = story.judge()
        print(f"ok      {wanted.name}, latest event after {latest:.3f} s", flush=True)
    except Exception:
        print(f"FAILED  {wanted.name}\n{traceback.format_exc()}", flush=True)
        if hasattr(story, "program"):
            print(story.program.text("stderr"), flush=True)
        return False
    return True


def play(names, rig):
    with multiprocessing.get_context("fork").Pool(JOBS, maxtasksperchild=1) as pool:
        told = pool.starmap(tell, [(SCENARIOS[name], rig) for name in names], chunksize=1)
    assert all(told), f"{told.count(False)} of {len(told)} scenarios failed"


def all_scenarios(rig):
    play(list(SCENARIOS), rig)


def some_scenarios(rig):
    play(SOME, rig)


if __name__ == "__main__":
    main(all_scenarios, some_scenarios)
