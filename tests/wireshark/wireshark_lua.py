"""tools/wireshark/deadpeer.lua in tshark: what it shows is what the reports say.

    python3 wireshark_lua.py PROGRAM TESTDATA SCRIPT CASE
"""
import csv
import os
import shutil
import subprocess
import sys
import tempfile

FIELDS = ("frame.number", "tcp.stream", "deadpeer.verdict", "deadpeer.kind", "deadpeer.incident", "deadpeer.event",
          "deadpeer.evidence", "deadpeer.what", "frame.coloring_rule.name")


def report(folder, name):
    with open(f"{folder}/{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Bench:
    def __init__(self, program, testdata, script, folder):
        self.program, self.testdata, self.script, self.folder = program, testdata, script, folder
        # Nothing of whoever runs the test.
        os.mkdir(f"{folder}/settings")
        shutil.copy(os.path.join(os.path.dirname(script), "colorfilters"), f"{folder}/settings/colorfilters")

    def reports(self, *captures):
        subprocess.run([self.program, "-q", *captures, "-o", f"{self.folder}/r"], check=True)
        return f"{self.folder}/r"

    def frames(self, capture, *words, **environment):
        """By frame number, the fields by name; and what was said on standard error."""
        fields = [word for field in FIELDS for word in ("-e", field)]
        done = subprocess.run(
            ["tshark", "-n", "-r", capture, "-X", f"lua_script:{self.script}", "--color", "-T", "fields", *fields, *words],
            env={**os.environ, "WIRESHARK_CONFIG_DIR": f"{self.folder}/settings", **environment}, capture_output=True,
            text=True, check=True, cwd=self.folder)
        assert "error" not in done.stderr.lower(), done.stderr
        shown = [dict(zip(FIELDS, line.split("\t"))) for line in done.stdout.splitlines()]
        return {frame["frame.number"]: frame for frame in shown}, done.stderr


def sample(bench):
    capture = f"{bench.testdata}/sample/capture.pcap"
    folder = bench.reports(capture)
    frames, _ = bench.frames(capture, DEADPEER_REPORTS=folder)
    assert len(frames) == 63
    verdicts = {row["stream"]: row["verdict"] for row in report(folder, "flows")}
    causes = {stream: row["incident"] for row in report(folder, "incidents") for stream in row["streams"].split()}
    for frame in frames.values():
        assert frame["deadpeer.verdict"] == verdicts.get(frame["tcp.stream"], ""), frame
        if frame["tcp.stream"]:
            assert frame["deadpeer.incident"] == causes.get(frame["tcp.stream"], ""), frame
    for row in report(folder, "segments"):
        assert frames[row["frame"]]["deadpeer.kind"] == row["kind"], row
    for row in report(folder, "events"):
        assert row["event"] in frames[row["frame"]]["deadpeer.event"].split(","), row
        for number in row["evidence_frames"].split():
            assert row["event"] in frames[number]["deadpeer.evidence"].split(","), row
    sentences = {row["stream"]: row["what"] for row in report(folder, "flows")}
    assert frames["57"]["deadpeer.what"] == sentences["1"] and "," in sentences["1"], "a cell in quotes"
    rules = [frames[number]["frame.coloring_rule.name"] for number in ("54", "49", "47", "44")]
    assert rules == ["deadpeer: decided here", "deadpeer: event", "deadpeer: evidence", "deadpeer: of an incident"], rules
    # By preference, and as a display filter.
    chosen, _ = bench.frames(capture, "-o", f"deadpeer.reports:{folder}", "-Y", 'deadpeer.event == "peer_dead"')
    assert list(chosen) == ["57"], chosen


def several(bench):
    """Of several files only frames can be told, and only if it is known which file is open."""
    captures = [f"{bench.testdata}/sample/capture.pcap", f"{bench.folder}/other.pcap"]
    shutil.copy(f"{bench.testdata}/graceful_close_ipv6/capture.pcap", captures[1])
    folder = bench.reports(*captures)
    frames, told = bench.frames(captures[0], DEADPEER_REPORTS=folder)
    assert "set deadpeer.file" in told and not any(frame["deadpeer.verdict"] for frame in frames.values()), told
    frames, told = bench.frames(captures[0], DEADPEER_REPORTS=folder, DEADPEER_FILE="capture.pcap")
    assert "peer_dead" in frames["57"]["deadpeer.event"] and frames["57"]["deadpeer.verdict"] == "", told
    frames, told = bench.frames(captures[0], DEADPEER_REPORTS=f"{bench.folder}/nothing")
    assert "has no report" in told and told.count("deadpeer.lua") == 1, told


def main():
    program, testdata, script, case = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        {f.__name__: f for f in (sample, several)}[case](Bench(program, testdata, script, folder))


main()
