"""--follow: the files of a folder as they are completed, stopped anywhere and started again.

    python3 follow.py PROGRAM CAPTURE CASE
"""
import csv
import gzip
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

REPORTS = ("capture", "segments", "flows", "events", "hosts", "incidents")
FILES = 6


def wait_for(condition, what, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.01)


def parts_of(capture):
    """The capture as several files of about as many frames."""
    with open(capture, "rb") as file:
        data = file.read()
    header, records, at = data[:24], [], 24
    while at < len(data):
        size = 16 + struct.unpack_from("<I", data, at + 8)[0]
        records.append(data[at:at + size])
        at += size
    each = -(-len(records) // FILES)
    return [header + b"".join(records[i:i + each]) for i in range(0, len(records), each)]


class Bench:
    def __init__(self, program, capture, folder):
        self.program, self.folder, self.parts = program, folder, parts_of(capture)
        self.process = None
        self.captures, self.reports = self.path("captures"), self.path("reports")
        os.mkdir(self.captures)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *words):
        with open(self.path("out"), "wb") as out, open(self.path("err"), "wb") as err:
            self.process = subprocess.Popen([self.program, "--follow", self.captures, "-o", self.reports, "--interval",
                                             "1", "--segments", "all", *words], stdout=out, stderr=err)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(20)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def err(self):
        with open(self.path("err")) as file:
            return file.read()

    def put(self, number, data=None, name=None):
        """Completes a file: written slowly, or moved there."""
        data = self.parts[number] if data is None else data
        path = os.path.join(self.captures, name or f"cap{number}.pcap")
        if number % 2:
            with open(self.path("elsewhere"), "wb") as file:
                file.write(data)
            os.rename(self.path("elsewhere"), path)
            return
        with open(path, "wb", buffering=0) as file:
            file.write(data[:100])
            time.sleep(0.05)
            file.write(data[100:])

    def rows(self, report, folder=None):
        try:
            with open(os.path.join(folder or self.reports, report + ".csv"), newline="") as file:
                return list(csv.reader(file))
        except FileNotFoundError:
            return []

    def taken(self):
        return [row[0] for row in self.rows("capture")[1:]]

    def wait_until_taken(self, names):
        wait_for(lambda: self.taken() == names, f"{names} instead of {self.taken()}")

    def all(self):
        return {report: self.rows(report) for report in REPORTS}

    def whole(self):
        """The reports of one run over all files, which are there at its start."""
        for number in range(FILES):
            self.put(number)
        self.start()
        self.wait_until_taken(self.names())
        assert self.stop() == 0, self.err()
        reports = self.all()
        shutil.rmtree(self.reports)
        shutil.rmtree(self.captures)
        os.mkdir(self.captures)
        return reports

    @staticmethod
    def names(count=FILES):
        return [f"cap{number}.pcap" for number in range(count)]


def is_whole(bench, reports):
    for report in REPORTS:
        assert bench.rows(report) == reports[report], (report, bench.rows(report), reports[report])


def stopped_anywhere(bench):
    """After each number of files, politely and not, with files that are completed while it does not run."""
    whole = bench.whole()
    for stop in (signal.SIGTERM, signal.SIGKILL):
        bench.start()
        for number in range(0, FILES, 2):
            bench.put(number)
            bench.wait_until_taken(bench.names(number + 1))
            assert bench.stop(stop) in (0, -signal.SIGKILL), bench.err()
            bench.put(number + 1)
            bench.start()
            bench.wait_until_taken(bench.names(number + 2))
        assert bench.stop() == 0, bench.err()
        is_whole(bench, whole)
        for folder in (bench.reports, bench.captures):
            shutil.rmtree(folder)
        os.mkdir(bench.captures)


def one_capture(bench):
    """As of the files at once, read as such."""
    for number in range(FILES):
        bench.put(number)
    subprocess.run([bench.program, "-q", bench.captures, "-o", bench.path("offline"), "--segments", "all"], check=True)
    bench.start()
    bench.wait_until_taken(bench.names())
    assert bench.stop() == 0
    for report in ("capture", "segments", "flows"):
        assert bench.rows(report) == bench.rows(report, bench.path("offline")), report
    assert sorted(bench.rows("events")) == sorted(bench.rows("events", bench.path("offline")))


def damaged(bench):
    bench.start()
    bench.put(0, bench.parts[0][:-5])
    bench.wait_until_taken(bench.names(1))
    bench.put(1)
    bench.wait_until_taken(bench.names(2))
    bench.put(2, b"\xa1\xb2\xc3\xd4" + b"\xff" * 100)
    bench.wait_until_taken(bench.names(3))
    bench.put(3, b"no capture", "notes.txt")
    bench.put(3)
    bench.wait_until_taken(bench.names(4))
    assert bench.stop() == 2
    status = bench.rows("capture")[0].index("status")
    assert [row[status] for row in bench.rows("capture")[1:]] == ["truncated", "complete", "refused", "complete"]
    assert "cap0.pcap is truncated at byte" in bench.err() and "notes.txt" not in bench.err(), bench.err()


def compressed(bench):
    """A file is compressed once it is complete, as by tcpdump -z gzip: it is taken once, and found again."""
    whole = bench.whole()
    bench.start()
    for number in range(FILES):
        bench.put(number)
        bench.wait_until_taken(bench.names(number + 1))
        path = os.path.join(bench.captures, f"cap{number}.pcap")
        with gzip.open(path + ".gz", "wb") as file:
            file.write(bench.parts[number])
        os.remove(path)
    time.sleep(1.5)
    assert bench.stop() == 0, bench.err()
    is_whole(bench, whole)
    bench.start()
    packed = [name + ".gz" for name in bench.names()]
    bench.wait_until_taken(packed)
    assert bench.stop() == 0 and bench.err() == "", bench.err()
    file, last = (bench.rows("flows")[0].index(name) for name in ("file", "last_frame"))
    assert [row[file] for row in bench.rows("flows")] == ["file"] + [row[file] + ".gz" for row in whole["flows"][1:]]
    assert [row[last] for row in bench.rows("flows")] == [row[last] for row in whole["flows"]]


def ring(bench):
    """Names that are used again and again, and files of an earlier run that are gone."""
    bench.start()
    for number in range(FILES):
        bench.put(number, name=f"cap{number % 2}.pcap")
        bench.wait_until_taken([f"cap{i % 2}.pcap" for i in range(number + 1)])
    assert bench.stop() == 0 and bench.err() == "", bench.err()
    bench.start()
    bench.wait_until_taken(["cap0.pcap", "cap1.pcap"])
    assert bench.stop() == 0
    assert bench.err() == (f"deadpeer: {FILES - 2} files that an earlier run took are gone; what they showed is in its "
                           "reports\n"), bench.err()


def open_at_the_start(bench):
    """A file that somebody still writes to is not taken before it is closed."""
    with open(os.path.join(bench.captures, "cap0.pcap"), "wb", buffering=0) as file:
        file.write(bench.parts[0][:-5])
        bench.start()
        bench.put(1)
        bench.wait_until_taken(["cap1.pcap"])
        file.write(bench.parts[0][-5:])
    bench.wait_until_taken(["cap1.pcap", "cap0.pcap"])
    status = open(f"/proc/{bench.process.pid}/status").read()
    assert "\nSeccomp:\t2\n" in status and "\nCapEff:\t0000000000000000\n" in status, status
    assert bench.stop() == 0, bench.err()


def counted(bench):
    """Metrics, and -c, of all files from the first on; also when it is started again."""
    segments = len(bench.whole()["segments"]) - 1
    metrics = bench.path("metrics")
    for _ in range(2):
        for number in range(FILES):
            if not os.path.exists(os.path.join(bench.captures, f"cap{number}.pcap")):
                bench.put(number)
        bench.start("--metrics", metrics)
        bench.wait_until_taken(bench.names())
        assert bench.stop() == 0, bench.err()
        with open(metrics) as file:
            numbers = dict(line.rsplit(" ", 1) for line in file if not line.startswith("#"))
        name = f'deadpeer_tcp_segments_total{{interface="{bench.captures}"}}'
        assert int(numbers[name]) == segments, (segments, numbers)
        bench.start("-c", "20")
        assert bench.process.wait(10) == 0, bench.err()
        head, *rows = bench.rows("capture")
        assert sum(int(row[head.index("frames")]) for row in rows) == 20, rows


def not_merged(bench):
    """Files of two captures at the same time: said once."""
    for number in (0, 1, 3, 2):
        bench.put(number, name=f"cap{number}.pcap")
        if bench.process is None:
            bench.start()
        bench.wait_until_taken([f"cap{n}.pcap" for n in (0, 1, 3, 2) if os.path.exists(f"{bench.captures}/cap{n}.pcap")])
    assert bench.stop() == 0, bench.err()
    told = f"deadpeer: {bench.captures}/cap2.pcap begins before what was read ends: files that are followed are not merged"
    assert bench.err().startswith(told) and bench.err().count("\n") == 1, bench.err()


def folder_goes(bench):
    bench.start()
    bench.put(0)
    bench.wait_until_taken(["cap0.pcap"])
    shutil.rmtree(bench.captures)
    assert bench.process.wait(10) == 5
    assert bench.err() == f"deadpeer: {bench.captures} was removed or moved; the reports up to then are complete\n"
    bench.start()
    assert bench.process.wait(10) == 3
    assert bench.err() == f"deadpeer: cannot follow {bench.captures}: No such file or directory\n", bench.err()


def main():
    program, capture, name = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(program, capture, folder)
        try:
            globals()[name](bench)
        finally:
            bench.close()


if __name__ == "__main__":
    main()
