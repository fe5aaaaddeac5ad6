"""segments.csv has a row for each frame that events.csv or the verdict of a failed connection names.

    python3 evidence_rows.py PROGRAM TESTDATA CASE

Frames without TCP segment (ARP, DHCP, ICMP without a quote) have none; --segments all tells which those are.
"""
import csv
import glob
import os
import subprocess
import sys
import tempfile

HEALTHY = {"", "unknown", "alive", "idle"}
CLOSED_IN_ORDER = {"fin", "reset_after_fin"}


def read(folder, report):
    with open(os.path.join(folder, report + ".csv"), newline="") as file:
        return list(csv.DictReader(file))


# By frame.
def rows(folder):
    return {row["frame"]: row for row in read(folder, "segments")}


def named(folder):
    frames = {frame for row in read(folder, "events") for frame in row["evidence_frames"].split()}
    for row in read(folder, "flows"):
        closed = row["verdict"] == "closed" and row["reason"] in CLOSED_IN_ORDER
        if row["verdict"] not in HEALTHY and not closed and row["verdict_frame"]:
            frames.add(row["verdict_frame"])
    return frames


class Bench:
    def __init__(self, program, testdata, folder):
        self.program, self.testdata, self.folder = program, testdata, folder

    def captures(self):
        found = glob.glob(os.path.join(self.testdata, "*", "*.pcap*"))
        assert len(found) > 50, found
        return sorted(found)

    def report(self, name, *words, piped=None):
        folder = os.path.join(self.folder, name)
        subprocess.run([self.program, "-q", "-o", folder, *words], input=piped, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        return folder

    def check(self, capture, found, everything):
        whole = rows(everything)
        wanted = named(found) & whole.keys()
        held = rows(found)
        assert wanted <= held.keys(), f"{capture}: no row for {sorted(wanted - held.keys())}"
        for frame in wanted:  # what is known of it is right
            for column, cell in held[frame].items():
                known = cell != "" and column not in ("file", "idle_before_s", "wireshark_labels", "kind")
                assert not known or cell == whole[frame][column], f"{capture}: {frame} {column} {cell}"
        return len(wanted)


def files(bench):
    total = sum(bench.check(capture, bench.report("some", capture), bench.report("all", "--segments", "all", capture))
                for capture in bench.captures())
    assert total > 200, total


def others(bench):
    """With -f, with a page beside it, and none at all."""
    capture = os.path.join(bench.testdata, "sample", "capture.pcap")
    everything = bench.report("all", "--segments", "all", capture)
    assert bench.check(capture, bench.report("filter", "-f", "tcp", capture), everything) > 5
    page = os.path.join(bench.folder, "page.html")
    beside = bench.report("beside", "--html", page, capture)
    assert bench.check(capture, beside, everything) > 5
    assert rows(beside) == rows(bench.report("alone", capture))
    assert not os.path.exists(os.path.join(bench.report("none", "--segments", "none", capture), "segments.csv"))


def live(bench):
    """A pipe that ends: what waits in memory finds its event."""
    for story in ("sample", "data_unacknowledged_until_timeout", "router_rejects_with_reset"):
        capture = os.path.join(bench.testdata, story, "capture.pcap")
        everything = bench.report("all-" + story, "--segments", "all", capture)
        with open(capture, "rb") as file:
            found = bench.report("live-" + story, "--live", "-", piped=file.read())
        assert bench.check(capture, found, everything) > 1, story


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        {"files": files, "others": others, "live": live}[sys.argv[3]](Bench(sys.argv[1], sys.argv[2], scratch))
