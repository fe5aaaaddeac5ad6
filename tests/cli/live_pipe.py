"""A capture that goes on, through a pipe: as on an interface, without the right to capture.

    python3 live_pipe.py PROGRAM README CASE
"""
import os
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
sys.dont_write_bytecode = True

from labs.program import RowWatch  # noqa: E402
from labs.report_files import periods, read, seconds  # noqa: E402

SYN, ACK = 0x02, 0x10
INITIATOR, RESPONDER = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
HEADER = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
EVENT_WITHIN_S = 1


class Writer:
    """Stamps frames now, or `late` seconds ago, and writes them at once."""

    def __init__(self, descriptor, late=0):
        self.file, self.late = os.fdopen(descriptor, "wb", buffering=0), late
        self.file.write(HEADER)

    def record(self, initiator, seq, ack, flags=ACK):
        source, target = (INITIATOR, RESPONDER) if initiator else (RESPONDER, INITIATOR)
        ports = (40000, 50000) if initiator else (50000, 40000)
        frame = b"\2" * 12 + b"\x08\x00" + bytes([0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0]) + source + target
        frame += struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 500, 0, 0)
        micros = int((time.time() - self.late) * 1e6)
        return struct.pack("<IIII", micros // 10**6, micros % 10**6, len(frame), len(frame)) + frame

    def send(self, *segment):
        self.file.write(self.record(*segment))

    def handshake(self):
        self.send(True, 999, 0, SYN)
        self.send(False, 4999, 1000, SYN | ACK)
        self.send(True, 1000, 5000)

    def probe(self, answered):
        self.send(True, 999, 5000)
        if answered:
            self.send(False, 5000, 1000)

    def die(self):
        """Two probes that are answered, three that are not, and then nothing."""
        self.handshake()
        for answered in (True, True, False, False, False):
            time.sleep(1)
            self.probe(answered)


class Bench:
    """The program, and a place for files."""

    def __init__(self, program, readme, folder):
        self.program, self.readme, self.folder = program, readme, folder
        self.reports, self.process = os.path.join(folder, "reports"), None

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *words, late=0, stdin=None, **settings):
        """Reads standard input unless another input is named; the other end of the pipe is the answer."""
        ours = theirs = None
        if stdin is None:
            theirs, ours = os.pipe()
        with open(self.path("out"), "wb") as out, open(self.path("err"), "wb") as err:
            self.process = subprocess.Popen([self.program, *words], stdin=stdin or theirs, stdout=out, stderr=err,
                                            **settings)
        if theirs is not None:
            os.close(theirs)
        return ours if ours is None else Writer(ours, late)

    def text(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def wait(self):
        return self.process.wait(20)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.wait()

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def wait_for(condition, what, seconds_=10):
    end = time.monotonic() + seconds_
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {seconds_} s"
        time.sleep(0.005)


def rows(bench, report):
    """Its rows as they are now; none if it is not there yet."""
    try:
        return read(bench.reports, report)
    except FileNotFoundError:
        return []


def deaths_come_in_time(bench, writer):
    """A peer dies, and then there is not a frame."""
    watch = RowWatch(os.path.join(bench.reports, "events.csv"))
    writer.die()

    def died():
        watch.look()
        return any(",peer_dead," in line for _, line in watch.rows)

    wait_for(died, "peer_dead")
    when = next(when for when, line in watch.rows if ",peer_dead," in line)
    late = when - seconds(next(row for row in read(bench.reports, "events") if row["event"] == "peer_dead")["time_utc"])
    print(f"peer_dead came {late:.3f} s after its deadline")
    assert 0 < late < EVENT_WITHIN_S, late


def event_in_time(bench):
    writer = bench.start("-", "-o", bench.reports, "--print")
    deaths_come_in_time(bench, writer)
    assert "peer_dead" in bench.text("out")
    status = open(f"/proc/{bench.process.pid}/status").read()
    assert "\nSeccomp:\t2\n" in status and "\nCapEff:\t0000000000000000\n" in status, status
    writer.file.close()
    assert bench.wait() == 0
    assert [row["verdict"] for row in read(bench.reports, "flows")] == ["peer_dead"]
    assert bench.text("err") == "", bench.text("err")


def wrong_clock(bench):
    """The clock of the machine that captures is a day slow: --live says that it is live all the same."""
    writer = bench.start("-", "-o", bench.reports, "--live", late=86400)
    watch = RowWatch(os.path.join(bench.reports, "events.csv"))
    began = time.time()
    writer.die()
    wait_for(lambda: watch.look() or len(watch.rows) == 3, "peer_dead")
    dead = read(bench.reports, "events")[1]
    assert dead["event"] == "peer_dead" and seconds(dead["time_utc"]) < began - 86300, dead
    assert watch.rows[2][0] - 86400 - seconds(dead["time_utc"]) < EVENT_WITHIN_S
    assert bench.stop() == 0


def fifo_and_reports(bench):
    """Through a FIFO: reports at the interval, metrics, a period that ends, and SIGTERM publishes."""
    os.mkfifo(bench.path("fifo"))
    bench.start(bench.path("fifo"), "-o", bench.reports, "--interval", "1", "--metrics", bench.path("m.prom"),
                stdin=subprocess.DEVNULL)
    writer = Writer(os.open(bench.path("fifo"), os.O_WRONLY))
    writer.handshake()
    wait_for(lambda: len(rows(bench, "flows")) == 1, "flows.csv", 3)
    assert rows(bench, "flows")[0]["last_frame"] == "3"
    writer.probe(True)
    wait_for(lambda: rows(bench, "flows")[0]["last_frame"] == "5", "the next flows.csv", 3)
    wait_for(lambda: 'deadpeer_interface_frames_total{interface="fifo"} 5' in bench.text("m.prom") or
             re.search(r"frames_total\{.*\} 5\n", bench.text("m.prom")), "metrics", 3)
    bench.process.send_signal(signal.SIGHUP)
    wait_for(lambda: len(periods(bench.reports)) == 1, "the period's folder")
    bench.process.send_signal(signal.SIGUSR1)
    wait_for(lambda: "5 frames (0 lost), 1 connections" in bench.text("err"), "statistics")
    writer.probe(False)
    assert bench.stop() == 0
    assert rows(bench, "flows")[0]["last_frame"] == "6"
    assert rows(bench, "capture")[0]["frames"] == "6" and rows(bench, "capture")[0]["status"] == "complete"
    assert read(periods(bench.reports)[0], "flows")[0]["last_frame"] == "5"


def cut_in_a_frame(bench):
    """The writer is killed in the middle of a frame."""
    writer = bench.start("-", "-o", bench.reports, "--interval", "1")
    writer.handshake()
    wait_for(lambda: len(rows(bench, "flows")) == 1, "flows.csv")
    writer.file.write(writer.record(True, 999, 5000)[:-7])
    writer.file.close()
    assert bench.wait() == 2
    assert bench.text("err") == ("deadpeer: - is truncated at byte 234: the input ends after 63 of the 70 bytes of a "
                                 "record; everything before that is reported\n"), bench.text("err")
    assert rows(bench, "capture")[0]["status"] == "truncated" and rows(bench, "flows")[0]["last_frame"] == "3"


def clock_decides(bench):
    """An old capture is no live one: it is told at the end, and what only a live one can have is refused."""
    def run(*words, late):
        writer = bench.start("-", "-v", *words, late=late)
        try:
            writer.handshake()
            writer.file.close()
        except BrokenPipeError:
            pass
        return bench.wait(), "standard input is live" in bench.text("err")

    reports = ("-o", bench.reports)
    assert run(*reports, late=0) == (0, True)
    assert run(*reports, late=4) == (0, True)
    assert run(*reports, late=-4) == (0, True)
    assert run(*reports, late=3600) == (0, False)
    assert run(*reports, late=-3600) == (0, False)
    assert run(*reports, "--live", late=3600) == (0, True)
    assert run(*reports, "--offline", late=0) == (0, False)
    assert run("-o", "-", "--report", "flows", late=0) == (0, False)
    assert len(bench.text("out").splitlines()) == 2
    assert run("-o", "-", "--report", "events", late=0) == (0, True)
    assert run("--print", late=3600) == (1, False)
    assert re.fullmatch(r"deadpeer: --print goes with a capture that is live, and its first frame is 36\d\d\.\d s old; "
                        r"--live says that it is one\n", bench.text("err")), bench.text("err")
    with open(bench.path("file"), "wb") as file:
        file.write(HEADER)
    for words in (["--live"], ["--print"]):
        bench.start(*words, bench.path("file"), stdin=subprocess.DEVNULL)
        assert bench.wait() == 1
        assert bench.text("err").startswith(f"deadpeer: {words[0]} goes with -i, or with a pipe, which "), words
    bench.start("--live", bench.path("missing"), stdin=subprocess.DEVNULL)
    assert bench.wait() == 3 and bench.text("err").endswith("missing: No such file or directory\n")


def socket_is_a_pipe(bench):
    ours, theirs = socket.socketpair()
    bench.start("-", "-v", stdin=theirs.fileno())
    theirs.close()
    writer = Writer(ours.detach())
    writer.handshake()
    writer.file.close()
    assert bench.wait() == 0 and "standard input is live" in bench.text("err")


def old_and_new_are_one(bench):
    """What a live pipe reports at its end is what a file of the same bytes does."""
    writer = bench.start("-", "-o", bench.reports)
    copy = open(bench.path("copy.pcap"), "wb")
    copy.write(HEADER)
    for answered in (None, True, True, False):
        for segment in ([(True, 999, 0, SYN), (False, 4999, 1000, SYN | ACK), (True, 1000, 5000)]
                        if answered is None else [(True, 999, 5000)] + [(False, 5000, 1000)] * answered):
            record = writer.record(*segment)
            writer.file.write(record)
            copy.write(record)
        time.sleep(1)
    writer.file.close()
    copy.close()
    assert bench.wait() == 0
    subprocess.run([bench.program, "-q", bench.path("copy.pcap"), "-o", bench.path("other")], check=True)

    def rows_of(folder, report):
        return [{name: cell for name, cell in row.items() if name != "file"} for row in read(folder, report)]

    for report in ("flows", "segments", "events", "hosts", "capture"):
        assert rows_of(bench.reports, report) == rows_of(bench.path("other"), report), report


REMOTE = """#!/bin/sh
# What would run elsewhere runs here: all that comes after the name of the host, container or pod.
while [ "$1" != tcpdump ]; do shift; done
exec "$@"
"""
TCPDUMP = """#!{python}
import os, sys, time
sys.path.insert(0, {tests!r})
from live_pipe import Writer
assert {{"-U", "--immediate-mode", "-w"}} <= set(sys.argv[1:]), sys.argv
assert sys.argv[sys.argv.index("-w") + 1] == "-" and not os.isatty(1), sys.argv
writer = Writer(1)
writer.handshake()
time.sleep(1.5)
"""


def examples(bench):
    """README's one-liners, with stand-ins for the programs that reach other machines."""
    with open(bench.readme) as file:
        lines = re.findall(r"^    \$ ((?:ssh|docker|kubectl) .*)$", file.read(), re.MULTILINE)
    assert len(lines) >= 3, lines
    tools = bench.path("bin")
    os.mkdir(tools)
    os.symlink(os.path.abspath(bench.program), os.path.join(tools, "deadpeer"))
    tcpdump = TCPDUMP.format(python=sys.executable, tests=os.path.dirname(os.path.abspath(__file__)))
    for name, text in [(name, REMOTE) for name in ("ssh", "docker", "kubectl")] + [("tcpdump", tcpdump)]:
        with open(os.path.join(tools, name), "w") as file:
            file.write(text)
        os.chmod(os.path.join(tools, name), stat.S_IRWXU)
    for line in lines:
        done = subprocess.run(["sh", "-ec", line], cwd=bench.folder, timeout=20, capture_output=True, text=True,
                              env={**os.environ, "PATH": tools + ":" + os.environ["PATH"]})
        assert done.returncode == 0 and "3 TCP segments" in done.stdout, (line, done)


def main():
    program, readme, name = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        bench = Bench(program, readme, folder)
        try:
            globals()[name](bench)
        finally:
            bench.close()


if __name__ == "__main__":
    main()
