"""Signals, rotation, two runs on one folder, and a reader of stdout that goes away."""
import os
import signal
import time

from rig import main

from labs.network import wait_until
from labs.report_files import REPORTS, periods, read, read_all
from labs.scenario import Lab
from labs.wire import Wire
from packets import conversations, write_syn_flood
from traffic import Traffic, replay, send_each


def interrupted(rig):
    """SIGINT and SIGTERM end the run with all that was captured, however long the interval is."""
    with Wire() as wire:
        lab = Lab(wire, None)
        for number in (signal.SIGINT, signal.SIGTERM):
            program = rig.start(wire.a, "--interval", "3600", name=number.name)
            lab.connect().talk()
            assert program.stop(number) == 0, program.text("stderr")
            reports = read_all(program.reports)
            assert len(reports) == len(REPORTS) and len(reports["flows"]) == 1, reports
            assert int(reports["capture"][0]["frames"]) >= 7, reports["capture"]
            assert "STOPPING=1" in program.notified()


def interrupted_in_the_background(rig):
    """A script's background job begins with SIGINT ignored."""
    with Wire() as wire:
        program = rig.start(wire.a, wrapper=("sh", "-c", "trap '' INT; exec \"$@\"", "sh"))
        assert program.stop() == 0, program.text("stderr")


def interrupted_twice(rig):
    """A second SIGINT does not wait until all is written: the exit code says that it was cut short."""
    capture = os.path.join(rig.folder, "flood.pcap")
    write_syn_flood(capture, 400_000)
    with Wire() as wire:
        program = rig.start(wire.a, "--interval", "3600")
        replay(wire.b, capture)
        for _ in range(250):  # how soon the first is heard, and is not echoed any more, is up to the machine
            program.send(signal.SIGINT)
            time.sleep(0.02)
            if program.process.poll() is not None:
                break
        code = program.wait(5)
        assert code == 128 + signal.SIGINT, f"exit code {code}"
        read_all(program.reports)


def interrupted_while_a_filter_compiles(rig):
    """libpcap takes minutes for a long filter; a signal ends that at once."""
    hosts = " or ".join(f"host 1.{number >> 8}.{number & 255}.1" for number in range(2500))
    with Wire() as wire:
        program = rig.start(wire.a, "-f", hosts, wait=False)
        time.sleep(1)
        program.send(signal.SIGTERM)
        assert program.wait(5) == 128 + signal.SIGTERM, program.text("stderr")


def sent_while_it_starts(rig):
    """A signal that comes while the process that binds is awaited ends nothing; SIGTERM ends the run as ever."""
    with Wire() as wire:
        for number in (signal.SIGUSR1, signal.SIGHUP):
            program = start_and_send(rig, wire, number)
            program.wait_until_ready()
            assert program.stop() == 0, program.text("stderr")
        program = start_and_send(rig, wire, signal.SIGTERM)
        assert program.wait() == 0 and len(read_all(program.reports)) == len(REPORTS), program.text("stderr")


def start_and_send(rig, wire, number):
    """The program, which gets the signal before its second process is ready."""
    for attempt in range(50):
        program = rig.start(wire.a, "--wait-for-interface", wait=False, name=f"{number.name}{attempt}")
        while not program.children():  # without a pause: it is soon ready
            assert program.process.poll() is None, program.text("stderr")
        [child] = program.children()
        os.kill(child, signal.SIGSTOP)
        wait_until(lambda: program.status(child)["State"].startswith("T"), 5, "it does not stop")
        ready = program.status(child)["Seccomp"] != "0"
        if not ready:
            program.send(number)
            time.sleep(0.2)
        os.kill(child, signal.SIGCONT)
        if not ready:
            return program
        program.kill()
    raise AssertionError("the second process was always ready before it could be stopped")


def asked_for_statistics(rig):
    with Wire() as wire:
        program = rig.start(wire.a)
        Lab(wire, None).connect().talk()
        time.sleep(0.5)
        before = program.text("stderr")
        program.send(signal.SIGUSR1)
        wait_until(lambda: len(program.text("stderr")) > len(before), 2, "nothing was said")
        time.sleep(0.1)
        said = program.text("stderr")[len(before):]
        assert program.process.poll() is None
        assert program.stop() == 0
    assert "frames" in said and "lost" in said, said


def rows_left_out(rig):
    """More rows than fit into a minute: SIGUSR1 and the summary say how many segments.csv lacks."""
    with Wire() as wire:
        program = rig.start(wire.a, "--segments", "all")
        send_each(wire.b, conversations(2000, 2), 50_000)

        def is_told():
            program.send(signal.SIGUSR1)
            time.sleep(0.2)
            return "segments.csv lacks" in program.text("stderr")

        wait_until(is_told, 5, "SIGUSR1 does not tell of rows left out")
        assert program.stop() == 0, program.text("stderr")
    written = len(read(program.reports, "segments"))
    assert written < 2000 and f"segments.csv lacks {2000 - written} rows" in program.text("stdout"), written


def rotated_by_hang_up(rig):
    """SIGHUP closes the period: its reports move into a folder, open connections go on."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1")
        first = lab.connect()
        first.talk()
        time.sleep(0.5)
        program.send(signal.SIGHUP)
        wait_until(lambda: periods(program.reports), 2, "no period was closed")
        first.talk()
        lab.connect().talk()
        assert program.stop() == 0, program.text("stderr")
    [past] = periods(program.reports)
    assert [row["initiator_port"] for row in read(past, "flows")] == ["40001"]
    assert [row["initiator_port"] for row in read(program.reports, "flows")] == ["40001", "40002"]
    assert len(read_all(past)) == len(REPORTS)


def rotated_twice_in_a_second(rig):
    """Periods that begin in one second are told apart, and none is named after a time to come."""
    with Wire() as wire:
        program = rig.start(wire.a, "--interval", "60")
        while time.time() % 1 > 0.1:
            time.sleep(0.01)
        for count in range(1, 5):
            program.send(signal.SIGHUP)
            wait_until(lambda: len(periods(program.reports)) >= count, 2, "no period was closed")
        latest = max(os.path.basename(folder)[:16] for folder in periods(program.reports))
        assert latest <= time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), periods(program.reports)
        assert program.stop() == 0, program.text("stderr")
    assert len(periods(program.reports)) == 4, os.listdir(program.reports)


def rotated_by_the_clock(rig):
    """--rotate 2s --keep 2: periods of two seconds, and never more than two old ones."""
    with Wire() as wire, Traffic(wire.b):
        program = rig.start(wire.a, "--interval", "1", "--rotate", "2s", "--keep", "2")
        seen = set()
        for _ in range(90):
            time.sleep(0.1)
            now = periods(program.reports)
            assert len(now) <= 3, now  # the third is about to be removed
            seen.update(now)
        assert program.stop() == 0, program.text("stderr")
    kept = periods(program.reports)
    assert len(seen) >= 4 and len(kept) == 2, (seen, kept)
    for folder in kept:
        assert read(folder, "events"), folder
    read(program.reports, "events")  # has a header; the last period may have been too short for an event
    assert all(int(folder[-3:-1]) % 2 == 0 for folder in kept), f"not on the clock's boundaries: {kept}"


def two_on_one_folder(rig):
    with Wire() as wire:
        first = rig.start(wire.a, name="first")
        second = rig.start(wire.a, name="second", output=first.reports, wait=False)
        assert second.wait(5) == 3, second.text("stderr")
        assert first.reports in second.text("stderr"), second.text("stderr")
        Lab(wire, None).connect().talk()
        assert first.stop() == 0
    assert len(read(first.reports, "flows")) == 1


def standard_output_goes_away(rig):
    """--print into a pipe that nobody reads any more: the reports go on."""
    reader, writer = os.pipe()
    with Wire() as wire, Traffic(wire.b):
        program = rig.start(wire.a, "--print", "--interval", "1", stdout=writer)
        os.close(writer)
        assert os.read(reader, 1)
        os.close(reader)
        time.sleep(1)
        assert program.process.poll() is None, program.text("stderr")
        since = time.time_ns()
        wait_until(lambda: os.stat(os.path.join(program.reports, "flows.csv")).st_mtime_ns > since, 2,
                   "reports are not written any more")
        assert program.stop() in (0, 4), program.text("stderr")
    assert len(read_all(program.reports)) == len(REPORTS)


def printed(rig):
    """--print: one readable line for each event, as it happens; also without -o."""
    with Wire() as wire, Traffic(wire.b):
        program = rig.start(wire.a, "--print", "--interval", "1")
        wait_until(lambda: len(read(program.reports, "events")) >= 3, 5, "no events")
        assert program.stop() == 0
    lines = [line for line in program.text("stdout").splitlines() if line]
    assert len(lines) >= len(read(program.reports, "events")), (lines, read(program.reports, "events"))
    assert any("10.2.0.2" in line for line in lines), lines


if __name__ == "__main__":
    main(interrupted, interrupted_in_the_background, interrupted_twice, interrupted_while_a_filter_compiles,
         sent_while_it_starts, asked_for_statistics, rows_left_out, rotated_by_hang_up, rotated_twice_in_a_second,
         rotated_by_the_clock, two_on_one_folder,
         standard_output_goes_away, printed)
