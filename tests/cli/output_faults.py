"""Whatever happens while reports are written: each stands there whole, old or new, and exit 0 means all are new.

    python3 output_faults.py PROGRAM CAPTURE CASE
"""
import errno
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
sys.dont_write_bytecode = True

from labs.enclosure import make_mounts_private  # noqa: E402

REPORTS = {"capture.csv", "segments.csv", "flows.csv", "events.csv", "hosts.csv", "incidents.csv"}
COPIES = 100  # of the capture's frames: rows for more than one write a report
NOT_RUN = 77  # SKIP_RETURN_CODE in CMakeLists.txt
# Under ptrace LeakSanitizer cannot work, and it has nothing to find here.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=0"}


class Bench:
    """The program, an old and a new capture, and what it reports of each."""

    def __init__(self, program, capture, folder):
        self.program, self.folder = program, folder
        with open(capture, "rb") as file:
            data = file.read()
        self.captures = [self.write("old.pcap", data), self.write("new.pcap", data[:24] + data[24:] * COPIES)]
        self.reports = []
        for number, capture_path in enumerate(self.captures):
            path = self.path(f"expected{number}")
            subprocess.run(self.command(capture_path, path), check=True, env=ENVIRONMENT)
            self.reports.append(read(path))
        assert all(set(reports) == REPORTS for reports in self.reports), self.reports

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def command(self, capture, output):
        return [self.program, "-q", "--segments", "all", capture, "-o", output]

    def folder_with_old(self, name):
        return shutil.copytree(self.path("expected0"), self.path(name))

    def run_new(self, output, wrapper=(), **settings):
        return subprocess.run([*wrapper, *self.command(self.captures[1], output)], env=ENVIRONMENT, timeout=60,
                              capture_output=True, text=True, **settings)

    def check(self, what, output, done, reason, may_leave=False):
        """`reason`: what the message must say unless the run succeeded."""
        found = read(output)
        told = f"{what}: exit code {done.returncode}, stderr: {done.stderr!r}"
        for name, content in found.items():
            if name in REPORTS:
                assert content in (self.reports[0][name], self.reports[1][name]), f"{told}; {name} is torn"
            else:
                assert may_leave, f"{told}; {name} was left behind"
        assert REPORTS <= set(found), told
        if done.returncode == 0:
            assert found == self.reports[1], f"{told}; but a report is old"
        else:
            assert done.returncode == 4, told
            assert reason in done.stderr and output in done.stderr, told
            assert done.stderr.count("\n") == 1, told


def read(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = file.read()
    return found


CALLS = ["write", "fsync", "fdatasync", "rename,renameat,renameat2", "openat", "mkdir,mkdirat", "close", "unlinkat"]
ERRORS = ["ENOSPC", "EIO", "EROFS"]


def calls_since_begin(bench):
    """Of each of CALLS the numbers of those since the report folder was touched."""
    trace = bench.path("trace")
    bench.run_new(bench.folder_with_old("traced"), ["strace", "-f", "-o", trace, "--trace=" + ",".join(CALLS)])
    with open(trace) as file:
        lines = file.readlines()
    begin = next(number for number, line in enumerate(lines) if '/traced"' in line)
    found = {}
    for calls in CALLS:
        places = [n for n, line in enumerate(lines) if re.match(r"\d+ +(" + calls.replace(",", "|") + r")\(", line)]
        found[calls] = [count for count, place in enumerate(places, start=1) if place >= begin]
    return found


def each_call_fails(bench):
    """Every call since the report folder was touched fails once, in a run of its own, in each way."""
    faults = [(calls, error, count) for calls, counts in calls_since_begin(bench).items() for count in counts
              for error in ERRORS]

    def fail(fault):
        output = bench.folder_with_old("-".join(map(str, fault)))
        inject = "--inject={}:error={}:when={}".format(*fault)
        done = bench.run_new(output, ["strace", "-f", "--quiet=all", "-o", "/dev/null", inject])
        bench.check(fault, output, done, os.strerror(getattr(errno, fault[1])), may_leave=fault[0] == "unlinkat")
        return done.returncode

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        codes = list(pool.map(fail, faults))
    print(f"{len(faults)} faults, {codes.count(4)} of them told")
    assert len(faults) >= 60 and codes.count(4) >= 50, codes


def interrupted(bench):
    """Every second call is interrupted by a signal: that is no failure."""
    for calls, counts in calls_since_begin(bench).items():
        if calls in ("write", "fsync", "openat", "close"):
            output = bench.folder_with_old("interrupted-" + calls)
            inject = f"--inject={calls}:error=EINTR:when={counts[0]}+2"
            done = bench.run_new(output, ["strace", "-f", "--quiet=all", "-o", "/dev/null", inject])
            bench.check(calls, output, done, "")
            assert done.returncode == 0, f"{calls}: {done}"


def killed(bench):
    """kill -9 at 200 random moments; then a run that is left alone cleans up."""
    output = bench.folder_with_old("killed")
    begin = time.monotonic()
    bench.run_new(bench.folder_with_old("measured"))
    whole_run = time.monotonic() - begin
    kills, moments, cut, changed = 200, random.Random(1), 0, 0
    for number in range(kills):
        before = read(output)
        process = subprocess.Popen(bench.command(bench.captures[number % 2], output), env=ENVIRONMENT)
        time.sleep(moments.uniform(0.0, 1.1 * whole_run))
        process.kill()
        cut += process.wait() != 0
        found = read(output)
        for name in REPORTS:
            assert found[name] in (bench.reports[0][name], bench.reports[1][name]), f"kill {number}: {name} is torn"
        left = set(found) - REPORTS
        assert all(re.fullmatch(r"\.[a-z]+\.csv\.tmp|\.deadpeer-spool", name) for name in left), left
        changed += any(found[name] != before[name] for name in REPORTS)
    print(f"{kills} runs of {whole_run:.3f} s: {cut} cut short, {changed} had changed a report")
    assert cut > kills / 10, cut
    done = bench.run_new(output)
    bench.check("the last run", output, done, "")
    assert done.returncode == 0, done.stderr


def small_disks(bench):
    """A disk with too little room, too few inodes, or none to write to."""
    mount = bench.path("disk")
    os.mkdir(mount)
    codes = []
    room = [f"size={kib}k" for kib in (48, 64, 128, 256, 512, 1024, 2048, 4096)]
    inodes = [f"nr_inodes={count}" for count in range(8, 15)]
    for options in [*room, *inodes]:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", mount], check=True)
        try:
            output = shutil.copytree(bench.path("expected0"), os.path.join(mount, "report"))
            done = bench.run_new(output)
            bench.check(options, output, done, "No space left on device")
            codes.append(done.returncode)
            if options == room[-1]:
                subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
                done = bench.run_new(output)
                assert done.returncode == 4, done
                bench.check("read-only", output, done, "Read-only file system")
                assert read(output) == bench.reports[1]
        finally:
            subprocess.run(["umount", mount], check=True)
    assert codes[0] == 4 and codes[len(room) - 1] == 0 and codes[len(room)] == 4 and codes[-1] == 0, codes


def files_may_not_grow(bench):
    """RLIMIT_FSIZE, from nothing to enough."""
    for limit in (0, 1, 100, 1000, 5000, 50_000, 500_000):
        output = bench.folder_with_old(f"limit{limit}")
        done = bench.run_new(output, ["prlimit", f"--fsize={limit}"])
        bench.check(f"fsize {limit}", output, done, "File too large")
        assert done.returncode == 4, done


def allocations_fail(bench):
    """Allocation N fails, for the first few and then ever more sparsely. The program has a hook for that."""
    number, failed = 1, 0
    while True:
        output = bench.folder_with_old(f"allocation{number}")
        done = bench.run_new(output, ["env", f"DEADPEER_FAIL_ALLOCATION={number}"])
        if done.returncode == 0:
            break
        assert done.returncode == 1, f"allocation {number}: {done}"
        assert done.stderr.count("\n") == 1 and "out of memory" in done.stderr, f"allocation {number}: {done}"
        assert read(output) == bench.reports[0], f"allocation {number}"
        failed += 1
        number += 1 + number // 30
    print(f"{failed} of {number} allocations failed")
    bench.check("enough memory", output, done, "")
    assert failed > 50, failed


def own_mounts():
    """Runs this program anew where what it mounts is seen by nobody else; there it returns at once."""
    if "DEADPEER_OWN_MOUNTS" in os.environ:
        return make_mounts_private()
    os.environ["DEADPEER_OWN_MOUNTS"] = "1"
    own = ["unshare", "--mount", "--propagation", "unchanged", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    tried = subprocess.run([*own, "true"], stderr=subprocess.PIPE, text=True, check=False)
    if tried.returncode != 0:
        print(f"no file system can be mounted here ({tried.stderr.strip()}); that takes root with CAP_SYS_ADMIN, or"
              " the right to make user namespaces")
        sys.exit(NOT_RUN)
    return os.execvp(own[0], [*own, sys.executable, *sys.argv])


def main():
    program, capture, case = sys.argv[1:]
    cases = {test.__name__: test
             for test in (each_call_fails, interrupted, killed, small_disks, files_may_not_grow, allocations_fail)}
    if case == "small_disks":
        own_mounts()
    with tempfile.TemporaryDirectory() as folder:
        cases[case](Bench(os.path.abspath(program), os.path.abspath(capture), folder))


main()
