"""deadpeer slim: reports of slim files are those of the captures, and whatever happens, no slim file is half there.

    python3 slim.py PROGRAM TESTDATA CASE
"""
import bz2
import fcntl
import glob
import gzip
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
sys.dont_write_bytecode = True

from labs.enclosure import make_mounts_private  # noqa: E402

SUFFIX = ".slim.pcapng.zst"
REPORTS = {"capture.csv", "segments.csv", "flows.csv", "events.csv", "hosts.csv", "incidents.csv"}
NOT_RUN = 77  # SKIP_RETURN_CODE in CMakeLists.txt
LABELS = ["keep_alive", "keep_alive_ack", "zero_window_probe", "zero_window_probe_ack", "zero_window", "window_full",
          "window_update", "lost_segment", "ack_lost_segment", "duplicate_ack", "retransmission", "fast_retransmission",
          "spurious_retransmission", "out_of_order", "reused_ports"]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def contents(folder):
    return {name: read(os.path.join(folder, name)) for name in os.listdir(folder)}


class Bench:
    def __init__(self, program, testdata, folder):
        self.program, self.folder, self.count = program, folder, 0
        self.captures = sorted(glob.glob(os.path.join(testdata, "*", "capture*.pcap*")))
        assert len(self.captures) > 50, self.captures

    def path(self, name=None):
        self.count += 1
        return os.path.join(self.folder, name or f"n{self.count}")

    def run(self, *words, **how):
        return subprocess.run([self.program, *words], capture_output=True, timeout=120, check=False, **how)

    def slim(self, *words, **how):
        return self.run("slim", "-q", *words, **how)

    def reports(self, *words):
        """Exit code and all reports."""
        output = self.path()
        done = self.run("-q", "--segments", "all", *words, "-o", output)
        found = contents(output) if os.path.isdir(output) else {}
        assert done.returncode == 3 or set(found) == REPORTS, (words, done)
        return done.returncode, found

    def check_equal(self, whole, slim, what):
        assert whole[0] == slim[0], (what, whole[0], slim[0])
        for report, content in whole[1].items():
            assert content == slim[1][report], f"{what}: {report} differs:\n{content}\n{slim[1][report]}"

    def large(self, name="large.pcap", frames=8000):
        """Small segments of random content, so that a slim file of it is no smaller."""
        content = random.Random(1)
        data = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number in range(frames):
            frame = (bytes(12) + b"\x08\0" + struct.pack(">BBHHHBBHII", 0x45, 0, 140, number & 0xFFFF, 0, 64, 6, 0,
                                                         0x0A000001, 0x0A000002) +
                     struct.pack(">HHIIBBHHH", 40000, 80, 100 * number, 1, 0x50, 0x10, 512, 0, 0) +
                     content.randbytes(100))
            data += struct.pack("<IIII", 1_700_000_000 + number, 0, len(frame), len(frame)) + frame
        return write(self.path(name), bytes(data))


def records(capture):
    """The file header and the records of a little-endian classic capture."""
    data, found, at = read(capture), [], 24
    while at + 16 <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at:at + 16 + length])
        at += 16 + length
    return data[:24], found


def equal(bench):
    """Of each capture: the reports, the exit code, and the slim file of the slim file."""
    before = after = 0
    for number, capture in enumerate(bench.captures):
        folder = bench.path()
        made = bench.slim(capture, "-o", folder)
        whole = bench.reports(capture)
        assert made.returncode == whole[0], (capture, made)
        slim = os.path.join(folder, os.path.basename(capture) + SUFFIX)
        assert os.listdir(folder) == [os.path.basename(slim)], os.listdir(folder)
        bench.check_equal(whole, bench.reports(slim), capture)
        content = read(slim)
        again = bench.path()
        for words in ([slim, "-o", again], [capture, "-o", folder]):
            assert bench.slim(*words).returncode == whole[0]
        assert contents(again) == contents(folder) == {os.path.basename(slim): content}, capture
        before, after = before + os.path.getsize(capture), after + len(content)
        if number % 4 == 0:
            for option in (["--scope", "vlan,tunnel,interface"], ["--wireshark", "4.6"], ["--threads", "3"],
                           ["-f", "port 80 or icmp"], ["--heartbeat-max-payload", "100"]):
                bench.check_equal(bench.reports(*option, capture), bench.reports(*option, slim), (capture, option))
    print(f"{len(bench.captures)} captures, {before} bytes in {after}")
    assert after < before / 2


def pack(path, how):
    packed = {"gz": gzip.compress, "bz2": bz2.compress}[how](read(path))
    os.remove(path)
    return write(f"{path}.{how}", packed)


def cut(bench, capture, choose):
    """Parts of the capture in a folder, some of them packed, one perhaps cut off; their paths, in any order."""
    header, frames = records(capture)
    folder = bench.path()
    os.mkdir(folder)
    ends = sorted(choose.sample(range(1, len(frames)), min(choose.randint(1, 5), len(frames) - 1))) + [len(frames)]
    parts = []
    for number, (begin, end) in enumerate(zip([0, *ends], ends)):
        data = header + b"".join(frames[begin:end])
        if choose.random() < 0.1:
            data = data[:-choose.randint(1, 20)]
        name = f"cap.pcap{number * choose.choice((1, 7))}" if number else "cap.pcap"
        part = write(os.path.join(folder, name), data)
        if choose.random() < 0.3:
            part = pack(part, choose.choice(("gz", "bz2")))
        parts.append(part)
    choose.shuffle(parts)
    return list(dict.fromkeys(parts))


def parts(bench):
    """Captures cut into parts, which are made slim one by one and read as a list, a folder, and by pattern."""
    choose = random.Random(1)
    captures = [capture for capture in bench.captures if read(capture)[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")
                and len(records(capture)[1]) > 6]
    for _ in range(40):
        capture = choose.choice(captures)
        order = choose.choice(([], ["--order", "name"], ["--order", "given"]))
        paths = cut(bench, capture, choose)
        whole = bench.reports(*order, *paths)
        names = write(bench.path(), "".join(path + "\n" for path in paths).encode())
        slim = bench.path()
        for path in paths:
            bench.slim(path, "-o", slim)
        what = (capture, order, paths)
        bench.check_equal(whole, bench.reports(*order, "--slim-of", names, slim), what)
        if order != ["--order", "given"]:
            bench.check_equal(bench.reports(*order, os.path.dirname(paths[0])), bench.reports(*order, slim), what)
        together = bench.path()
        bench.slim(*paths, "-o", together)
        assert contents(together) == contents(slim), what


def missing(bench):
    folder, slim = bench.path(), bench.path()
    os.mkdir(folder)
    paths = [shutil.copy(bench.captures[number], os.path.join(folder, f"{number}.pcap")) for number in range(4)]
    names = write(bench.path(), "\r\n".join(["", paths[0], paths[1], "", paths[2], paths[3]]).encode())

    def left():
        done = bench.slim("--missing", names, slim)
        assert done.returncode == 0 and done.stderr == b"", done
        return done.stdout.decode().split()

    assert left() == ["2", "3", "5", "6"]
    nothing = bench.run("-q", "--slim-of", names, slim, "-o", bench.path())
    assert nothing.returncode == 3, nothing
    bench.slim(paths[0], paths[2], "-o", slim)
    assert left() == ["3", "6"]
    output = bench.path()
    done = bench.run("-q", "--slim-of", names, slim, "-o", output)
    assert done.returncode == 2, done
    for line, path in ((3, paths[1]), (6, paths[3])):
        assert f"line {line} of {names}, {path}, has no slim file: there is no ".encode() in done.stderr, done.stderr
    rows = contents(output)["capture.csv"].decode().splitlines()
    assert sorted((row.split(",")[0], ",refused," in row) for row in rows[1:]) == \
        [("0.pcap", False), ("1.pcap", True), ("2.pcap", False), ("3.pcap", True)], rows
    bench.slim(paths[3], paths[1], "-o", slim)
    assert left() == []
    bench.check_equal(bench.reports(*paths), bench.reports("--slim-of", names, slim), "all parts")


def streams(bench):
    """Standard input and output."""
    capture = bench.large(frames=1260)
    folder = bench.path()
    done = bench.slim("-", "--name", "large.pcap", "-o", folder, input=read(capture))
    assert done.returncode == 0, done
    printed = bench.slim("-", "--name", "large.pcap", "-o", "-", input=read(capture))
    assert printed.stdout == read(os.path.join(folder, "large.pcap" + SUFFIX))
    told = bench.run("slim", capture, "-o", "-")
    assert re.fullmatch(rb"large\.pcap: 1260 frames, [\d.]+ kB in [\d.]+ kB \([\d.]+ times\)\n", told.stderr), \
        told.stderr
    slim = write(bench.path(), told.stdout)
    bench.check_equal(bench.reports(capture), bench.reports(slim), "printed")
    # A slim file that comes through a pipe.
    output = bench.path()
    done = bench.run("-q", "--offline", "--segments", "all", "-", "-o", output, input=told.stdout)
    bench.check_equal(bench.reports(capture), (done.returncode, contents(output)), "through a pipe")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([bench.program, "slim", capture, "-o", "-"], stdout=full, stderr=subprocess.PIPE,
                              check=False)
    assert done.returncode == 4 and b"No space left on device" in done.stderr, done


def damaged(bench):
    capture = bench.large()
    for name, data in (("truncated", read(capture)[:-7]), ("damaged", read(capture) + b"\xff" * 40)):
        path = write(bench.path(f"{name}.pcap"), data)
        folder = bench.path()
        done = bench.slim(path, "-o", folder)
        assert done.returncode == 2 and f"{path} is {name} at byte ".encode() in done.stderr, done
        assert done.stderr.endswith(b"; everything before that is in its slim file\n"), done
        bench.check_equal(bench.reports(path), bench.reports(os.path.join(folder, f"{name}.pcap{SUFFIX}")), name)
    # Of a slim file that is itself cut, what is there is told.
    slim = os.path.join(folder, "damaged.pcap" + SUFFIX)
    cut_off = write(bench.path(), read(slim)[:-20])
    code, found = bench.reports(cut_off)
    assert code == 2 and b"(of the slim file)" in found["capture.csv"], found["capture.csv"]


def usage(bench):
    capture = bench.captures[0]
    folder = bench.path()
    os.mkdir(folder)
    names = write(bench.path(), (capture + "\n").encode())
    twice = write(bench.path(), b"a/x.pcap\nb/x.pcap\n")
    text = write(bench.path(), b"no capture\n")
    wrong = {
        ("slim",): "name a capture file",
        ("slim", capture): "name the folder for slim files with -o",
        ("slim", capture, capture, "-o", "-"): "-o - is for one input",
        ("slim", "-", "-o", folder): "give the slim file one with --name",
        ("slim", "-", "-", "-o", folder): "standard input can be read only once",
        ("slim", capture, text, "--name", "x", "-o", folder): "--name is for one input",
        ("slim", "-", "--name", "a/b", "-o", folder): "without a folder",
        ("slim", "-", "--name", "", "-o", folder): "--name is given but empty",
        ("slim", "-", "--name", "x" * 226, "-o", folder): "--name may have at most",
        ("slim", capture, "--level", "20", "-o", folder): "--level",
        ("slim", "--missing", names, folder, "-o", folder): "--missing takes a list and a folder",
        ("slim", "--missing", names): "--missing takes a list and a folder",
        ("slim", os.path.dirname(os.path.dirname(capture)) + "/*/capture.pcap", "-o", "-"): "are for one input",
        ("--slim-of", names): "name a capture file",
        ("--slim-of", names, folder, folder): "--slim-of takes a list and one folder",
        ("--slim-of", names, "-"): "--slim-of takes a list and one folder",
        ("--slim-of", names, "-i", "lo"): "--slim-of takes a list and one folder",
        ("--slim-of", twice, folder): "names a/x.pcap and b/x.pcap",
        ("--slim-of", "/nonexistent", folder): "cannot read /nonexistent: No such file",
        ("--slim-of", "/dev/null", folder): "/dev/null names no capture",
    }
    for words, reason in wrong.items():
        done = bench.run(*words, stdin=subprocess.DEVNULL)
        assert done.returncode == 1 and reason in done.stderr.decode(), (words, done)
    done = bench.slim("--missing", twice, folder)
    assert done.returncode == 3 and b"names a/x.pcap and b/x.pcap" in done.stderr, done
    assert os.listdir(folder) == []

    for words, code, reason in (((text,), 3, "is text, not a capture"), ((text, capture), 2, "is text, not a capture"),
                                (("/nonexistent",), 3, "No such file")):
        done = bench.slim(*words, "-o", folder)
        assert done.returncode == code and reason in done.stderr.decode(), done
    long_name = shutil.copy(capture, bench.path("x" * 240))
    done = bench.slim(long_name, "-o", folder)
    assert done.returncode == 3 and b"has too long a name for its slim file" in done.stderr, done
    assert bench.slim(long_name, "--name", "x" * 225, "-o", folder).returncode == 0
    # Two captures of one name, and a folder that holds slim files and other things.
    other = bench.path()
    os.mkdir(other)
    same = shutil.copy(capture, os.path.join(other, os.path.basename(capture)))
    done = bench.slim(capture, same, "-o", bench.path())
    assert done.returncode == 2 and b"are both called" in done.stderr, done
    write(os.path.join(other, "notes.txt"), b"no capture\n")
    assert bench.slim(other, "-o", other).returncode == 0
    made = contents(other)
    done = bench.run("slim", other, "-o", other)
    assert done.returncode == 0 and b"passed over, as no captures: capture" in done.stderr, done
    assert contents(other) == made and len(made) == 3
    done = bench.slim(capture, "-o", text)
    assert done.returncode == 4 and b"Cannot write slim files to " in done.stderr, done


class Target:
    """A folder with an old slim file, and what the new one will be."""

    def __init__(self, bench):
        self.bench, self.capture = bench, bench.large()
        self.folder = bench.path()
        self.name = "large.pcap" + SUFFIX
        begin = time.monotonic()
        assert bench.slim(self.capture, "-o", self.folder).returncode == 0
        self.seconds = time.monotonic() - begin
        self.new = read(os.path.join(self.folder, self.name))
        os.mkdir(bench.path("small"))
        small = bench.large("small/large.pcap", 1)
        assert bench.slim(small, "-o", self.folder).returncode == 0
        self.old = read(os.path.join(self.folder, self.name))
        assert self.old != self.new

    def put_old(self, folder):
        write(os.path.join(folder, self.name), self.old)

    def check(self, folder, may_leave):
        found = contents(folder)
        content = found.pop(self.name)
        assert content in (self.old, self.new), f"torn: {len(content)} bytes"
        assert may_leave or not found, found.keys()
        assert all(re.fullmatch(rf"\.{re.escape(self.name)}\.[0-9a-f]{{8}}\.tmp", name) for name in found), found.keys()
        return content == self.new

    def command(self, folder):
        return [self.bench.program, "slim", "-q", self.capture, "-o", folder]


def killed(bench):
    """kill -9, or an end by signal, at random moments."""
    target = Target(bench)
    moments, new, cut_short = random.Random(1), 0, 0
    for number in range(120):
        how = signal.SIGKILL if number % 3 else signal.SIGTERM
        target.put_old(target.folder)
        process = subprocess.Popen(target.command(target.folder), stderr=subprocess.PIPE)
        time.sleep(moments.uniform(0, 1.2 * target.seconds))
        process.send_signal(how)
        err = process.communicate()[1]
        new += target.check(target.folder, may_leave=True)
        assert process.returncode in (0, -how, 128 + how, 2), (process.returncode, err)
        cut_short += process.returncode != 0
        if process.returncode == 2:
            assert b"stopped by a signal; the slim file that was being made is not there" in err, err
            assert target.check(target.folder, may_leave=True) is False
    print(f"{cut_short} of 120 runs of {target.seconds:.3f} s cut short, {new} had replaced the file")
    assert cut_short > 20
    # What they left is no input, and goes with the next run; but not that of a run that goes on.
    write(os.path.join(target.folder, f".{target.name}.0123abcd.tmp"), target.new[:1000])
    write(os.path.join(target.folder, target.name), target.new)
    bench.check_equal(bench.reports(target.capture), bench.reports(target.folder), "beside what was begun")
    own = os.path.join(target.folder, f".{target.name}.4567abcd.tmp")
    with open(own, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        subprocess.run(target.command(target.folder), check=True)
        assert os.listdir(target.folder).count(os.path.basename(own)) == 1
        assert len(os.listdir(target.folder)) == 2, os.listdir(target.folder)
    subprocess.run(target.command(target.folder), check=True)
    assert target.check(target.folder, may_leave=False)


def small_disks(bench):
    """A disk with too little room."""
    target = Target(bench)
    mount = bench.path("disk")
    os.mkdir(mount)
    codes = []
    for kib in (8, 16, 64, 256, 512, 1024, 4096):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", mount], check=True)
        try:
            folder = os.path.join(mount, "slim")
            os.mkdir(folder)
            target.put_old(folder)
            done = subprocess.run(target.command(folder), capture_output=True, check=False)
            is_new = target.check(folder, may_leave=False)
            assert done.returncode == (0 if is_new else 4), done
            if not is_new:
                assert done.stderr.count(b"\n") == 1 and b"No space left on device" in done.stderr, done
                assert os.path.join(folder, target.name).encode() in done.stderr, done
            codes.append(done.returncode)
        finally:
            subprocess.run(["umount", mount], check=True)
    assert codes[0] == 4 and codes[-1] == 0, codes


def files_may_not_grow(bench):
    target = Target(bench)
    for limit in (0, 1, 100, 5000, 500_000, len(target.new) - 1):
        done = subprocess.run(["prlimit", f"--fsize={limit}", *target.command(target.folder)], capture_output=True,
                              check=False)
        assert done.returncode == 4 and b"File too large" in done.stderr, done
        assert target.check(target.folder, may_leave=False) is False


def calls_fail(bench):
    """What makes a file durable and visible fails."""
    target = Target(bench)
    for calls in ("fsync", "rename,renameat,renameat2", "fdatasync"):
        for error in ("ENOSPC", "EIO"):
            target.put_old(target.folder)
            words = ["strace", "-f", "--quiet=all", "-o", "/dev/null", f"--inject={calls}:error={error}:when=1"]
            done = subprocess.run([*words, *target.command(target.folder)], capture_output=True, check=False)
            # Little is written, so that nothing is synchronised before the end.
            assert done.returncode == (0 if calls == "fdatasync" else 4), (calls, done)
            target.check(target.folder, may_leave=False)


def labels_of(capture, folder):
    """Frame, stream and labels as tshark says, in the folder's configuration."""
    fields = [word for label in LABELS for word in ("-e", f"tcp.analysis.{label}")]
    done = subprocess.run(["tshark", "-n", "-r", capture, "-Y", "tcp and not icmp and not icmpv6", "-T", "fields", "-e",
                           "frame.number", "-e", "tcp.stream", *fields], capture_output=True, check=False, text=True,
                          env={**os.environ, "WIRESHARK_CONFIG_DIR": folder})
    return done.stdout


def labels(bench):
    """tshark's labels of slim files, which it opens as they are, frame by frame."""
    if shutil.which("tshark") is None:
        print("tshark is missing")
        sys.exit(NOT_RUN)
    configuration = bench.path()
    os.mkdir(configuration)
    rows = 0
    for capture in bench.captures:
        slim = write(bench.path(), bench.slim(capture, "-o", "-").stdout)
        expected, found = labels_of(capture, configuration), labels_of(slim, configuration)
        assert found == expected, (capture, expected, found)
        rows += expected.count("\n")
    print(f"{rows} segments of {len(bench.captures)} captures")
    assert rows > 1000


def own_mounts():
    """Runs this program anew where what it mounts is seen by nobody else; there it returns at once."""
    if "DEADPEER_OWN_MOUNTS" in os.environ:
        return make_mounts_private()
    os.environ["DEADPEER_OWN_MOUNTS"] = "1"
    own = ["unshare", "--mount", "--propagation", "unchanged", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    tried = subprocess.run([*own, "true"], stderr=subprocess.PIPE, text=True, check=False)
    if tried.returncode != 0:
        print(f"no file system can be mounted here ({tried.stderr.strip()})")
        sys.exit(NOT_RUN)
    return os.execvp(own[0], [*own, sys.executable, *sys.argv])


def main():
    program, testdata, case = sys.argv[1:]
    cases = {test.__name__: test for test in (equal, parts, missing, streams, damaged, usage, killed, small_disks,
                                              files_may_not_grow, calls_fail, labels)}
    if case == "small_disks":
        own_mounts()
    with tempfile.TemporaryDirectory() as folder:
        cases[case](Bench(os.path.abspath(program), os.path.abspath(testdata), folder))


main()
