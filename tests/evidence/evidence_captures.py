"""The captures that --evidence makes: frames as they were, with comments, and nothing else in the folder.

    python3 evidence_captures.py PROGRAM TESTDATA CASE
"""
import csv
import glob
import os
import re
import resource
import struct
import subprocess
import sys
import tempfile

SAFE_NAME = re.compile(r"incident-\d{4}-[a-z_]+(-[0-9A-Za-z._-]+)?\.pcapng")


def classic(path):
    """Link type, and (time in ns, captured bytes, original length) of each record of a classic pcap."""
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    unit = 1 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1000
    records, at = [], 24
    while at + 16 <= len(data):
        second, fraction, captured, original = struct.unpack_from(order + "4I", data, at)
        at += 16
        records.append((second * 10**9 + fraction * unit, data[at:at + captured], original))
        at += captured
    return struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF, records


def options(body):
    found, at = {}, 0
    while at + 4 <= len(body):
        code, length = struct.unpack_from("<HH", body, at)
        if code == 0:
            assert length == 0 and at + 4 == len(body), body
            return found
        found[code] = body[at + 4:at + 4 + length]
        at += 4 + (length + 3) // 4 * 4
    raise AssertionError("no end of options")


def pcapng(path):
    """The interfaces (link type, options) and frames (interface, time, bytes, original length, comment)."""
    with open(path, "rb") as file:
        data = file.read()
    interfaces, frames, at = [], [], 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length % 4 == 0 and struct.unpack_from("<I", data, at + length - 4)[0] == length, path
        body = data[at + 8:at + length - 4]
        assert (kind == 0x0A0D0D0A) == (at == 0), path
        if kind == 1:
            interfaces.append((struct.unpack_from("<H", body)[0], options(body[8:])))
            assert interfaces[-1][1][9] == b"\x09", "nanoseconds"
        elif kind == 6:
            interface, high, low, captured, original = struct.unpack_from("<5I", body)
            end = 20 + (captured + 3) // 4 * 4
            comment = options(body[end:])[1].decode()
            frames.append((interface, high << 32 | low, body[20:20 + captured], original, comment))
        at += length
    assert at == len(data) and frames, path
    return interfaces, frames


def incidents(folder):
    with open(f"{folder}/incidents.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Bench:
    def __init__(self, program, testdata, folder):
        self.program, self.testdata, self.folder, self.runs = program, testdata, folder, 0

    def run(self, *words, evidence="e", code=0, **how):
        """Answers the rows of incidents.csv and the folder of evidence."""
        self.runs += 1
        output, evidence = f"{self.folder}/o{self.runs}", f"{self.folder}/{evidence}"
        done = subprocess.run([self.program, "-q", *words, "-o", output, "--evidence", evidence], check=False,
                              capture_output=True, text=True, **how)
        assert done.returncode == code, done
        return incidents(output) if code != 4 else done.stderr, evidence

    def check_folder(self, rows, evidence):
        named = {row["evidence_file"] for row in rows if row["evidence_file"]}
        assert all(SAFE_NAME.fullmatch(name) for name in named), named
        there = set(os.listdir(evidence)) if os.path.isdir(evidence) else set()
        assert there == named, (there, named)


def check_frames(row, path, inputs):
    """`inputs`: the records of each, by the name in comments. Answers the frames that are commented on."""
    _, frames = pcapng(path)
    seen, proven = [], set()
    for _, time, data, original, comment in frames:
        number, name = re.search(r"Frame (\d+) of (.*)\.$", comment).groups()
        assert inputs[name][int(number) - 1] == (time, data, original), (path, comment)
        seen.append((name, int(number)))
        if not comment.startswith("Frame "):
            assert re.match(rf"(Evidence for|Decides) incident {row['incident']} \(", comment), comment
            proven.add(number)
    assert len(set(seen)) == len(seen), "each frame once"
    assert set(row["evidence_frames"].split()) <= proven, (row, proven)
    return frames


def stories(bench):
    """Of each story: whole frames, those that incidents.csv names commented, the same bytes at a second run."""
    captures = sorted(glob.glob(f"{bench.testdata}/*/capture*.pcap"))
    count = 0
    for capture in captures[::4]:
        damaged = os.path.basename(os.path.dirname(capture)) in ("truncated", "damaged")
        rows, evidence = bench.run(capture, code=2 if damaged else 0)
        bench.check_folder(rows, evidence)
        link_type, records = classic(capture)
        for row in rows:
            path = f"{evidence}/{row['evidence_file']}"
            check_frames(row, path, {os.path.basename(capture): records})
            assert {kind for kind, _ in pcapng(path)[0]} == {link_type}
            count += 1
    assert count > 5, count
    first, _ = bench.run(f"{bench.testdata}/sample/capture.pcap", evidence="first")
    second, _ = bench.run(f"{bench.testdata}/sample/capture.pcap", evidence="second")
    assert [row["evidence_file"] for row in first] == [row["evidence_file"] for row in second]
    for row in first:
        both = [open(f"{bench.folder}/{run}/{row['evidence_file']}", "rb").read() for run in ("first", "second")]
        assert both[0] == both[1]


def around(bench):
    """Four segments of the connection before the first frame that counts, and ARP where it counts."""
    rows, evidence = bench.run(f"{bench.testdata}/sample/capture.pcap")
    frames = pcapng(f"{evidence}/{rows[0]['evidence_file']}")[1]
    comments = [frame[4] for frame in frames]
    assert [c.startswith("Frame ") for c in comments] == [True] * 4 + [False] * 5, comments
    assert "ARP by which 192.0.2.40 announces itself" in comments[6]
    assert "keepalive probe from 192.0.2.10:40003 to 192.0.2.40:502" in comments[7]
    assert comments[8].startswith("Decides incident 1 (host_rebooted, medium confidence): RST from 192.0.2.40:502")
    frames = pcapng(f"{evidence}/{rows[1]['evidence_file']}")[1]
    assert sum("one of those that found no answer" in frame[4] for frame in frames) == 5


def opened(bench):
    """tshark opens them, and shows the comments."""
    rows, evidence = bench.run(f"{bench.testdata}/sample/capture.pcap")
    for row in rows:
        path = f"{evidence}/{row['evidence_file']}"
        done = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.comment"],
                              capture_output=True, text=True, check=True)
        shown = [line.split("\t")[1] for line in done.stdout.splitlines()]
        assert shown == [frame[4] for frame in pcapng(path)[1]], (path, done)


def several(bench):
    """A connection that goes on from file to file; compressed, or not; and a name that tries to lead astray."""
    with open(f"{bench.testdata}/sample/capture.pcap", "rb") as file:
        data = file.read()
    _, records = classic(f"{bench.testdata}/sample/capture.pcap")
    at = 24 + sum(16 + len(record[1]) for record in records[:48])
    hostile = "b <\u202e\x1b\n.pcap"
    shown = {"a.pcap": records[:48], "b <\\u202E\\x1B\\n.pcap": records[48:]}
    for name, content in (("a.pcap", data[:at]), (hostile, data[:24] + data[at:])):
        with open(f"{bench.folder}/{name}", "wb") as file:
            file.write(content)
    rows, evidence = bench.run(f"{bench.folder}/a.pcap", f"{bench.folder}/{hostile}")
    bench.check_folder(rows, evidence)
    for row in rows:
        frames = pcapng(f"{evidence}/{row['evidence_file']}")[1]
        check_frames(row, f"{evidence}/{row['evidence_file']}", shown)
        assert any(frame[4].endswith("of a.pcap.") for frame in frames), "the segments before are in the first file"
        assert [frame[1] for frame in frames] == sorted(frame[1] for frame in frames)
    subprocess.run(["gzip", "-k", f"{bench.folder}/a.pcap"], check=True)
    again, compressed = bench.run(f"{bench.folder}/a.pcap.gz", f"{bench.folder}/{hostile}", evidence="gz")
    assert [row["cause"] for row in again] == [row["cause"] for row in rows]
    for row in again:
        frames = pcapng(f"{compressed}/{row['evidence_file']}")[1]
        assert [frame[:4] for frame in frames] == [frame[:4] for frame in pcapng(f"{evidence}/{row['evidence_file']}")[1]]
    # What another run left goes, and what is not ours stays.
    for name in ("incident-0099-peer_dead-192.0.2.1.pcapng", "mine.pcapng", "incident-1-mine.pcapng"):
        open(f"{evidence}/{name}", "wb").close()
    rows, evidence = bench.run(f"{bench.folder}/a.pcap", f"{bench.folder}/{hostile}")
    assert set(os.listdir(evidence)) - {row["evidence_file"] for row in rows} == {"mine.pcapng", "incident-1-mine.pcapng"}


def full_disk(bench):
    """Files that may not grow: what was there stays, whole, and the run says so."""
    capture = f"{bench.testdata}/sample/capture.pcap"
    rows, evidence = bench.run(capture)
    before = {name: open(f"{evidence}/{name}", "rb").read() for name in os.listdir(evidence)}
    message, _ = bench.run(capture, code=4,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert "File too large" in message, message
    assert {name: open(f"{evidence}/{name}", "rb").read() for name in os.listdir(evidence)} == before
    assert len(rows) == len(before)


def usage(bench):
    """What is read once cannot be copied from, and no input is replaced."""
    capture = f"{bench.testdata}/sample/capture.pcap"

    def refused(*words, code=1, **how):
        done = subprocess.run([bench.program, *words], capture_output=True, text=True, check=False, **how)
        assert done.returncode == code, done
        return done.stderr

    evidence = f"{bench.folder}/e"
    assert "--evidence goes with files" in refused("-i", "lo", "--evidence", evidence)
    assert "--evidence goes with files" in refused("--live", "-", "--evidence", evidence)
    with open(capture, "rb") as file:
        assert "- is no file" in refused("-", "--evidence", evidence, stdin=file)
    assert not os.path.exists(evidence)
    rows, evidence = bench.run(capture)
    name = f"{evidence}/{rows[0]['evidence_file']}"
    assert "an input; choose another folder" in refused(name, "--evidence", evidence, code=4)
    assert "an input; choose another folder" in refused(evidence, "--evidence", evidence, code=4)
    done = subprocess.run([bench.program, capture, "--evidence", evidence], capture_output=True, text=True, check=True)
    assert f"Evidence: {evidence} (2 captures)\n" in done.stdout, done.stdout
    # The folder of the reports may be the same.
    shared = f"{bench.folder}/both"
    subprocess.run([bench.program, "-q", capture, "-o", shared, "--evidence", shared], check=True)
    assert {"incidents.csv", rows[0]["evidence_file"]} <= set(os.listdir(shared))
    # Nothing happened, nothing is left.
    subprocess.run([bench.program, "-q", f"{bench.testdata}/sample/capture.pcap", "-c", "3", "--evidence",
                    f"{bench.folder}/none"], check=True)
    assert not os.path.exists(f"{bench.folder}/none")


def main():
    program, testdata, case = sys.argv[1:]
    cases = {f.__name__: f for f in (stories, around, opened, several, full_disk, usage)}
    with tempfile.TemporaryDirectory() as folder:
        cases[case](Bench(program, testdata, folder))


main()
