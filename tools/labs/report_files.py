"""deadpeer's reports, read strictly: what a torn or half-written file would break raises ReportError."""
import csv
import datetime
import io
import os
import re

REPORTS = ("capture", "segments", "flows", "events", "hosts")
PERIOD = re.compile(r"(\d{8}T\d{6}Z)(?:-(\d+))?$")


class ReportError(Exception):
    """A report is not what it should be."""


def read(folder, report):
    """The rows as dictionaries."""
    path = os.path.join(folder, report + ".csv")
    with open(path, newline="", encoding="utf-8", errors="strict") as file:
        text = file.read()
    if not text.endswith("\n"):
        raise ReportError(f"{path}: the last line has no end")
    header, *rows = csv.reader(io.StringIO(text), strict=True)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ReportError(f"{path}: row {number} has {len(row)} cells, the header {len(header)}")
    return [dict(zip(header, row)) for row in rows]


def read_all(folder):
    """All reports that are there, by name."""
    return {report: read(folder, report) for report in REPORTS if os.path.exists(f"{folder}/{report}.csv")}


def periods(folder):
    """The folders of past periods, oldest first."""
    found = sorted((match[1], int(match[2] or 1), match[0]) for match in map(PERIOD.match, os.listdir(folder)) if match)
    return [os.path.join(folder, name) for _, _, name in found]


def everything(folder):
    """Reads the folder and those of its past periods; the number of rows in all of them."""
    return sum(len(rows) for each in [folder, *periods(folder)] for rows in read_all(each).values())


def seconds(text):
    """Seconds since 1970 of a time as reports have it (UTC, nanoseconds)."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.datetime.strptime(whole + "+0000", "%Y-%m-%dT%H:%M:%S%z")
    return moment.timestamp() + float("0." + (fraction or "0"))


EVENT = ("event", "subject", "subject_port", "peer", "peer_port", "reason")


def event_keys(rows):
    """What an event is about, without the frames and times: sorted."""
    return sorted(tuple(row[column] for column in EVENT) for row in rows)
