"""The program on hostile files: the exit code is what capture.csv says, nothing takes long or much memory.

    python3 bad_files.py PROGRAM FOLDER MOST_MIB
"""
import csv
import os
import subprocess
import sys
import tempfile
import time

MOST_SECONDS = 2
OF_STATUS = {"complete": 0, "truncated": 2, "damaged": 2}


def run(words):
    """Exit code, seconds of CPU, MiB of memory, what stands on standard error."""
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10, err.read().decode()


def check(program, path, folder, most_mib):
    reports = os.path.join(folder, "reports")
    code, seconds, mib, err = run([program, "-q", path, "-o", reports])
    assert seconds < MOST_SECONDS or most_mib == 0, f"{seconds} s"
    assert mib < most_mib or most_mib == 0, f"{mib} MiB"
    lines = err.splitlines()
    assert all(line.startswith("deadpeer: ") for line in lines), err
    if code == 3:
        assert len(lines) == 1 and not os.path.exists(os.path.join(reports, "capture.csv")), (lines, code)
        return
    with open(os.path.join(reports, "capture.csv"), newline="") as file:
        (row,) = csv.DictReader(file)
    assert code == OF_STATUS[row["status"]], (code, row["status"])
    assert len(lines) == (0 if code == 0 else 1), lines
    assert (row["status_detail"] != "") == (code == 2), row
    reasons = [part.rsplit("=", 1) for part in row["skipped_reasons"].split(";") if part]
    assert sum(int(count) for _, count in reasons) == int(row["skipped"]), row
    for report in ("flows", "events", "hosts", "segments", "incidents"):
        assert os.path.exists(os.path.join(reports, report + ".csv")), report


def main():
    program, files, most_mib = sys.argv[1:]
    names = sorted(os.listdir(files))
    names = [name for name in names if os.path.isfile(os.path.join(files, name)) and not name.endswith((".md", ".py"))]
    assert len(names) > 100, names
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(program, os.path.join(files, name), folder, int(most_mib))
            except AssertionError as wrong:
                sys.exit(f"{name}: {wrong}")


if __name__ == "__main__":
    main()
