"""Many idle connections, and now and then one of them dies: its event comes in time.

Meanwhile reports of all connections are written again and again, and the program is stopped for some seconds.
"""
import collections
import heapq
import os
import random
import signal
import socket
import struct
import threading
import time

from rig import main

from labs.network import wait_until
from labs.program import RowWatch
from labs.report_files import read, seconds
from labs.wire import FrameCounter, Wire, network_of
from packets import ACK, PSH, RST, SYN, tcp_frame
from traffic import send_each

LATE_S = 1.0
STOPPED_S = 6
MANY = 200_000
PER_CLIENT, SERVERS = 100, 50
OPENED_PER_S = 60_000
KINDS = ("probed", "probed", "probed", "probed", "sent to", "forgotten")
# How long after the time in its row an event is known: a sender's timer may be coarse, and what the host's other
# connections do tells whether it rebooted or forgot just one.
TIMER_S, WITNESSES_S = 0.5, 5


class Link:
    """One connection, by number."""

    def __init__(self, number):
        self.near = (0x0A100000 + number // PER_CLIENT, 20000 + number % PER_CLIENT)
        self.far = (0x0C000001 + number % SERVERS, 443)

    def ask(self, flags, seq, ack=0, payload=b""):
        return tcp_frame(*self.near, *self.far, seq, ack, flags, payload)

    def answer(self, flags, seq, ack=0, window=500):
        return tcp_frame(*self.far, *self.near, seq, ack, flags, window=window)

    def opening(self):
        return self.ask(SYN, 99), self.answer(SYN | ACK, 499, 100), self.ask(ACK, 100, 500)

    def death(self, kind):
        """Frames, and how many seconds after the first."""
        if kind == "probed":
            return [(after, self.ask(ACK, 99, 500)) for after in (0, 1, 2)]
        if kind == "sent to":
            return [(after, self.ask(ACK | PSH, 100, 500, b"data")) for after in (0, 0.3, 0.9, 2.1)]
        return [(0, self.ask(ACK, 99, 500)), (0.01, self.answer(RST, 500, window=0))]

    def key(self):
        return frozenset((socket.inet_ntoa(struct.pack(">I", address)), str(port))
                         for address, port in (self.near, self.far))


def open_all(machine, count):
    send_each(machine, (frame for number in range(count) for frame in Link(number).opening()), OPENED_PER_S)


class Deaths(threading.Thread):
    """Lets so many of the connections die at random times within some seconds."""

    def __init__(self, machine, connections, count, within_s):
        super().__init__(daemon=True)
        with network_of(machine.pid):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind(("eth0", 0))
        chance = random.Random(1)
        self.dying, self.frames = {}, []
        for link in map(Link, chance.sample(range(connections), count)):
            kind, begin = chance.choice(KINDS), chance.uniform(0, within_s)
            self.dying[link.key()] = kind
            self.frames += [(begin + after, frame) for after, frame in link.death(kind)]
        heapq.heapify(self.frames)

    def run(self):
        start = time.monotonic()
        while self.frames:
            at, frame = heapq.heappop(self.frames)
            time.sleep(max(0, start + at - time.monotonic()))
            self.socket.send(frame)


class Publications(threading.Thread):
    """Reads each flows.csv that is published."""

    def __init__(self, folder, connections):
        super().__init__(daemon=True)
        self.path, self.connections = os.path.join(folder, "flows.csv"), connections
        self.over, self.seen, self.torn = threading.Event(), set(), []

    def run(self):
        while not self.over.wait(1):
            with open(self.path, "rb") as file:
                status = os.fstat(file.fileno())
                if status.st_ino in self.seen:
                    continue
                self.seen.add(status.st_ino)
                text = file.read()
            streams = [int(line.partition(b",")[0]) for line in text.splitlines()[1:]]
            if not text.endswith(b"\n") or streams != list(range(self.connections)):
                self.torn.append(f"{len(streams)} rows, {len(text)} bytes")


def key_of(flow):
    return frozenset((flow[side], flow[side + "_port"]) for side in ("initiator", "responder"))


def known_at(row):
    """When nothing could change the event any more."""
    if row["event"] == "probes_unanswered" or row["reason"] == "probes_exhausted":
        return seconds(row["time_utc"])
    return seconds(row["time_utc"]) + (WITNESSES_S if row["reason"] == "no_socket_reset" else TIMER_S)


def rows_of(program):
    try:
        with open(os.path.join(program.reports, "flows.csv"), "rb") as file:
            return file.read().count(b"\n")
    except FileNotFoundError:
        return 0


def watch(program, deaths, within_s):
    """The rows of events.csv as they came, and when the program was stopped and went on."""
    rows = RowWatch(os.path.join(program.reports, "events.csv"))
    start, stopped, awake, last = time.monotonic(), None, None, None
    while last is None or time.monotonic() < last + 2 * WITNESSES_S:
        rows.look()
        if last is None and not deaths.is_alive():
            last = time.monotonic()
        if stopped is None and time.monotonic() > start + within_s / 2:
            stopped = time.time()
            program.send(signal.SIGSTOP)
        if stopped is not None and awake is None and time.time() > stopped + STOPPED_S:
            awake = time.time()
            program.send(signal.SIGCONT)
        time.sleep(0.01)
    return rows.rows[1:], (stopped, awake)


def standing_verdicts(events):
    """By connection: how many of its verdicts were told and not taken back."""
    others = ("probes_unanswered", "host_rebooted", "idle_timeout_on_path")
    verdicts = collections.Counter()
    for row in events:
        back = row["event"] == "verdict_changed"
        if row["event"] not in others and not (back and "idle_timeout_on_path" in row["what"]):
            key = frozenset(((row["subject"], row["subject_port"]), (row["peer"], row["peer_port"])))
            verdicts[key] += -1 if back else 1
    return +verdicts


def deaths_in_time(rig, connections, within_s, *options):
    with Wire() as wire:
        program = rig.start(wire.a, "--interval", "5", "--segments", "none", *options)
        counter = FrameCounter(wire.a)
        open_all(wire.b, connections)
        deaths = Deaths(wire.b, connections, connections // 20, within_s)
        wait_until(lambda: rows_of(program) > connections, 60, "not all connections were published")
        publications = Publications(program.reports, connections)
        used = program.cpu_seconds()
        publications.start()
        deaths.start()
        arrived, (stopped, awake) = watch(program, deaths, within_s)
        used, peak = program.cpu_seconds() - used, program.memory_kib("VmHWM")
        publications.over.set()
        publications.join()
        events = read(program.reports, "events")  # before the end tells what is missing
        program.send(signal.SIGINT)
        assert program.wait(60) == 0, program.text("stderr")
        shown = counter.frames()
    [told] = read(program.reports, "capture")
    events = [(when, row) for (when, _), row in zip(arrived, events)]
    late = []
    for when, row in events:
        known = known_at(row)
        due = awake if stopped - LATE_S < known < awake else known
        late.append((when - due, row["event"], row["reason"], row["time_utc"]))
    late.sort(reverse=True)
    verdicts = standing_verdicts(row for _, row in events)
    missing = collections.Counter((deaths.dying[key], row["verdict"], row["reason"])
                                  for row in read(program.reports, "flows") for key in [key_of(row)]
                                  if key in deaths.dying and verdicts[key] == 0)
    # What this process sent at other times than it should, for want of a core, is no death in any capture.
    undecided = sum(missing[story] for story in missing if "suspect" in story)
    too_late = sum(by > LATE_S for by, *_ in late)
    print(f"{connections} connections, {len(deaths.dying)} deaths, {len(events)} events, "
          f"{dict(collections.Counter(row['event'] for _, row in events))}\n"
          f"{too_late} too late; the latest: {late[:3]}\nmissing: {dict(missing)}\n"
          f"{len(publications.seen)} publications, {len(publications.torn)} torn: {publications.torn[:3]}\n"
          f"{told['frames']} of {shown} frames, {told['dropped_by_capture']} dropped; "
          f"{used:.1f} s of CPU, at most {peak >> 10} MiB")
    assert told["dropped_by_capture"] == "0" and int(told["frames"]) == shown, told
    assert set(verdicts) <= set(deaths.dying)
    assert missing.total() == undecided < len(deaths.dying) / 50, "not every event was told while it ran"
    assert set(verdicts.values()) == {1}, "an event was told twice"
    assert too_late == 0 and len(publications.seen) > 2 and not publications.torn


def few(rig):
    deaths_in_time(rig, 20_000, 16)


def many(rig):
    deaths_in_time(rig, MANY, 120)


def a_million(rig):
    deaths_in_time(rig, 1_000_000, 60, "--memory", "512MB")


if __name__ == "__main__":
    main(few, many, a_million)
