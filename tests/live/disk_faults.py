"""Whatever the disk does: the run goes on, says what is lost, ends with the right code, and no report is torn."""
import collections
import errno
import os
import random
import re
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from rig import main, mount_memory

from labs.network import LabError, wait_until
from labs.program import Program
from labs.report_files import periods, read_all
from labs.wire import Wire
from traffic import Traffic

INTERVAL_S = 1


def published_after(program, since_ns):
    path = os.path.join(program.reports, "flows.csv")
    return os.path.exists(path) and os.stat(path).st_mtime_ns > since_ns


class Outage:
    """A run on a small disk of its own, with traffic: `full()` makes the disk fail, `free()` heals it."""

    def __init__(self, rig, options):
        self.rig, self.disk = rig, os.path.join(rig.folder, "disk")
        mount_memory(self.disk, options)

    def play(self, full, free, word):
        with Wire() as wire, Traffic(wire.b):
            program = self.rig.start(wire.a, "--interval", str(INTERVAL_S), output=os.path.join(self.disk, "reports"))
            wait_until(lambda: published_after(program, 0), 5, "nothing was published")
            full(self.disk)
            wait_until(lambda: word in program.text("stderr"), 5, "nothing was said of the disk")
            time.sleep(2 * INTERVAL_S)
            assert program.process.poll() is None, "the run ended"
            read_all(program.reports)  # the old reports are untouched
            free(self.disk)
            since = time.time_ns()
            wait_until(lambda: published_after(program, since), 10 * INTERVAL_S, "it did not recover")
            assert program.stop() == 4, program.text("stderr")
        said = program.text("stderr")
        assert len(said.splitlines()) < 30, "it goes on about it:\n" + said
        assert "again" in said, said
        reports = read_all(program.reports)
        assert len(reports) == 5 and reports["events"] and reports["flows"], reports.keys()


def full(rig):
    """No room is left, and then there is."""
    def fill(disk):
        with open(os.path.join(disk, "filler"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 512)
            except OSError:
                pass

    def make_room(disk):
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)

    Outage(rig, "size=4m").play(fill, make_room, "No space left on device")


def without_inodes(rig):
    """No file can be made any more, and then it can."""
    def use_up(disk):
        try:
            for number in range(10_000):
                open(os.path.join(disk, f"filler{number}"), "w").close()
        except OSError:
            return
        raise LabError("the inodes did not run out")

    def give_back(disk):
        for name in os.listdir(disk):
            if name.startswith("filler"):
                os.remove(os.path.join(disk, name))

    Outage(rig, "nr_inodes=100").play(use_up, give_back, "No space left on device")


def events_deleted(rig):
    """events.csv is deleted while it is written: that is said, and it begins anew."""
    with Wire() as wire, Traffic(wire.b):
        program = rig.start(wire.a, "--interval", str(INTERVAL_S))
        path = os.path.join(program.reports, "events.csv")
        wait_until(lambda: len(read_all(program.reports)["events"]) > 0, 5, "no events")
        os.remove(path)
        wait_until(lambda: os.path.exists(path), 10, "events.csv did not begin anew")
        wait_until(lambda: len(read_all(program.reports)["events"]) > 0, 5, "no events any more")
        assert program.stop() == 4, program.text("stderr")
    assert "events.csv was deleted" in program.text("stderr"), program.text("stderr")


def rotate(path, number):
    """What logrotate does: by turns it moves the file, moves it and creates an empty one, copies and empties it."""
    moved = f"{path}.{number}"
    if number % 3 == 2:
        shutil.copyfile(path, moved)
        os.truncate(path, 0)
        return
    os.rename(path, moved)
    if number % 3 == 1:
        try:
            open(path, "x").close()
        except FileExistsError:
            pass  # a row was faster


def read_events(path):
    """The rows, at first without the end of a row that was copied while it was written."""
    with open(path, encoding="utf-8") as file:
        header, *rows = file.read().splitlines()
    assert header.startswith("time_utc,"), f"{path} begins with {header!r}"
    return rows


def events_rotated(rig):
    """events.csv is rotated as logs are: the next row is in a new one, none is lost, and each is told in a line."""
    with Wire() as wire, Traffic(wire.b):
        program = rig.start(wire.a, "--interval", str(INTERVAL_S), "--print", "-q")
        path = os.path.join(program.reports, "events.csv")
        rotations = 9
        for number in range(rotations):
            wait_until(lambda: os.path.exists(path) and os.path.getsize(path) > 4096, 10, "no events any more")
            rotate(path, number)
        wait_until(lambda: os.path.exists(path) and os.path.getsize(path) > 4096, 10, "no events any more")
        assert program.stop() == 0, program.text("stderr")
    files = [path, *(f"{path}.{number}" for number in range(rotations))]
    rows = [row for file in files for row in read_events(file)]
    printed = len(program.text("stdout").splitlines())
    lost_between_copy_and_cut = printed - len(set(rows))
    print(f"{printed} events, {len(rows)} rows, {lost_between_copy_and_cut} lost by copying and emptying")
    assert len(rows) == len(set(rows)) and 0 <= lost_between_copy_and_cut < 20, lost_between_copy_and_cut
    said = program.text("stderr")
    assert said.count("events.csv was ") == rotations == said.count("\n"), said


def killed_while_rotated(rig):
    """kill -9 while events.csv is rotated: whole files with headers, and the next run goes on."""
    moments = random.Random(1)
    with Wire() as wire, Traffic(wire.b):
        for count in range(10):
            with Program(rig.executable, wire.a, os.path.join(rig.folder, "killed"), "--interval", "1") as run:
                path = os.path.join(run.reports, "events.csv")
                until = time.monotonic() + moments.uniform(0.05, 0.3)
                number = 3 * 1000 * count
                while time.monotonic() < until:
                    if os.path.exists(path) and os.path.getsize(path) > 4096:
                        number += 3  # moves it
                        rotate(path, number)
                run.process.kill()
            for name in os.listdir(run.reports):
                if name.startswith("events.csv"):
                    read_events(os.path.join(run.reports, name))


def read_only(rig):
    """The disk is read-only from the start: one line, no run."""
    disk = os.path.join(rig.folder, "disk")
    mount_memory(disk, "mode=755")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with Wire() as wire:
        program = rig.start(wire.a, output=os.path.join(disk, "reports"), wait=False)
        assert program.wait(5) == 4, program.text("stderr")
    said = program.text("stderr")
    assert "Read-only file system" in said and disk in said and len(said.splitlines()) == 1, said


# What writes the reports: each call of these fails once, one run for each.
CALLS = {"write": ("EIO", "ENOSPC"), "pwrite64": ("EIO",), "ftruncate": ("EIO",), "fsync": ("EIO",),
         "fdatasync": ("EIO",), "rename,renameat,renameat2": ("EIO", "EROFS"), "openat": ("EROFS", "EMFILE")}
RUN_S = 1.5
AT_ONCE = 8
MOST_EACH = 8  # calls of one kind that fail in turn


def each_call_fails(rig):
    """Each write, fsync, rename fails in a run of its own, and only once: the run survives it."""
    with Wire() as wire, Traffic(wire.b, 500):
        program = traced(rig, wire, "counted", "--trace=" + ",".join(CALLS))
        time.sleep(RUN_S)
        assert program.stop() == 0, program.text("stderr")
        faults = [(calls, error, number) for calls, errors in CALLS.items()
                  for number in spread(numbers(rig, calls)) for error in errors]
        assert len(faults) > 20, faults
        codes = collections.Counter()
        for first in range(0, len(faults), AT_ONCE):
            runs = {fault: traced(rig, wire, "-".join(map(str, fault)), "--inject={}:error={}:when={}".format(*fault),
                                  wait=False) for fault in faults[first:first + AT_ONCE]}
            time.sleep(RUN_S)
            codes.update(survived(fault, program) for fault, program in runs.items())
        print(f"{len(faults)} faults, exit codes {dict(codes)}")
        assert codes[4] > 0, "no fault was noticed"


def traced(rig, wire, name, option, wait=True):
    """A run under strace, which detaches itself from it (-D) so that signals and exit codes are the run's own."""
    strace = ("strace", "-D", "-f", "--quiet=all", "-o", os.path.join(rig.folder, name + ".strace"), option)
    return rig.start(wire.a, "--interval", "1", name=name, wrapper=strace, wait=wait)


def numbers(rig, calls):
    """Of the calls of these names in the counted run, the numbers of those since the reports began."""
    pattern = re.compile(r"\d+ +(" + calls.replace(",", "|") + r")\(")
    with open(os.path.join(rig.folder, "counted.strace")) as file:
        lines = file.readlines()
    begun = next(number for number, line in enumerate(lines) if "reports" in line)
    of_these = [place for place, line in enumerate(lines) if pattern.match(line)]
    return [number for number, place in enumerate(of_these, start=1) if place >= begun]


def interrupted(rig):
    """Calls that write reports are interrupted by signals, again and again: that is no failure."""
    with Wire() as wire, Traffic(wire.b):
        calls = "write,pwrite64,ftruncate,fsync,fdatasync"
        program = traced(rig, wire, "interrupted", f"--inject={calls}:error=EINTR:when=20+2")
        time.sleep(RUN_S)
        program.send(signal.SIGHUP)
        wait_until(lambda: periods(program.reports), 5, "no period was closed")
        assert program.stop() == 0, program.text("stderr")
    for folder in (program.reports, *periods(program.reports)):
        assert len(read_all(folder)) == 5, folder


def spread(values):
    """At most MOST_EACH of them, first and last included."""
    if len(values) <= MOST_EACH:
        return values
    return [values[place * (len(values) - 1) // (MOST_EACH - 1)] for place in range(MOST_EACH)]


def survived(fault, program):
    """Ends the run; its exit code."""
    code = program.stop() if program.process.poll() is None else program.process.returncode
    said = program.text("stderr")
    assert code in (0, 3, 4), f"{fault}: exit code {code}\n{said}"
    reports = read_all(program.reports) if os.path.isdir(program.reports) else {}
    if code == 0:
        assert len(reports) == 5 and reports["events"] and reports["flows"], f"{fault}: {reports.keys()}"
    else:
        assert os.strerror(getattr(errno, fault[1])) in said, f"{fault}: exit code {code}, but it says\n{said}"
    return code


KILLS = 200
FOLDERS = 8  # written to side by side


def killed(rig):
    """kill -9 at 200 random moments: what stands in the folder is whole, and the next run moves it aside."""
    with Wire() as wire, Traffic(wire.b), ThreadPoolExecutor(FOLDERS) as pool:
        rows = list(pool.map(lambda number: killed_again_and_again(rig, wire, number), range(FOLDERS)))
    print(f"{KILLS} kills, rows that stood there afterwards: {rows}")
    assert all(rows)


def killed_again_and_again(rig, wire, number):
    moments, rows = random.Random(number), 0
    for count in range(KILLS // FOLDERS):
        with Program(rig.executable, wire.a, os.path.join(rig.folder, f"killed{number}"), "--interval", "1") as run:
            earlier = periods(run.reports)
            assert len(earlier) >= count, f"{count} earlier runs, {earlier}"
            time.sleep(moments.uniform(0, 0.6))
            if count % 2:
                run.send(signal.SIGHUP)  # it is writing everything when it is killed
                time.sleep(moments.uniform(0, 0.02))
            run.process.kill()
        rows += sum(map(len, read_all(run.reports).values()))
        for folder in set(periods(run.reports)) - set(earlier):
            read_all(folder)
    return rows


if __name__ == "__main__":
    main(full, without_inodes, events_deleted, events_rotated, killed_while_rotated, read_only, each_call_fails,
         interrupted, killed)
