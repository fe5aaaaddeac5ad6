"""formats.py PROGRAM TESTDATA CASE: the reports in other formats say what the CSV says."""

import contextlib
import csv
import datetime
import glob
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zipfile

HOSTILE = '=cmd|"\' \\ ; <b>\u202e\x01\U0001f600\u540d'
LISTS = ("list of text", "list of integers")
EVE = ("timestamp", "event_type", "src_ip", "src_port", "dest_ip", "dest_port", "proto", "community_id")


def run(program, *arguments, codes=(0, 2)):
    done = subprocess.run([program, "-q", *arguments], capture_output=True, check=False)
    assert done.returncode in codes, done
    return done


def types_of(program):
    """Of each report the columns and their types, as --columns tells them."""
    types, report = {}, None
    for line in subprocess.run([program, "--columns"], capture_output=True, text=True, check=True).stdout.split("\n"):
        if line.startswith("### "):
            report = types.setdefault(line[4:].removesuffix(".csv"), {})
        elif line.startswith("| `"):
            name, kind = line.split("|")[1:3]
            report[name.strip(" `")] = kind.strip()
    return types


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def without_guard(text):
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") else text


def typed(cell, kind, name):
    """What a format with types and lists makes of a cell of the CSV."""
    text = without_guard(cell)
    if kind in LISTS:
        between = " " if kind == "list of integers" or name == "wireshark_labels" else ";"
        parts = [part.strip() for part in text.split(between)] if text else []
        return [int(part) for part in parts] if kind == "list of integers" else parts
    if text == "":
        return None
    return {"integer": int, "seconds": float}.get(kind, str)(text)


def check_json(folder, types):
    for report, columns in types.items():
        if not os.path.exists(f"{folder}/{report}.csv"):
            assert not os.path.exists(f"{folder}/{report}.jsonl"), report
            continue
        with open(f"{folder}/{report}.jsonl", "rb") as file:
            lines = file.read().decode("utf-8").split("\n")
        assert lines.pop() == ""
        expected = rows(f"{folder}/{report}.csv")
        assert len(lines) == len(expected), report
        for line, row in zip(lines, expected):
            told = json.loads(line)
            eve = [name for name in EVE if name not in columns] if report in ("flows", "events") else []
            assert list(told) == eve + list(columns)
            for name, kind in columns.items():
                value = typed(row[name], kind, name)
                assert told[name] == value, (report, name, told[name], row[name])
            check_eve(report, told)


def check_database(folder, types):
    """Cell by cell; a list stays joined."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/deadpeer.sqlite?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == {report for report in types if os.path.exists(f"{folder}/{report}.csv")}
        for report in tables:
            columns = types[report]
            cursor = database.execute(f"SELECT * FROM {report} ORDER BY rowid")
            assert [name for name, *_ in cursor.description] == list(columns)
            expected = rows(f"{folder}/{report}.csv")
            told = cursor.fetchall()
            assert len(told) == len(expected)
            for values, row in zip(told, expected):
                for (name, kind), value in zip(columns.items(), values):
                    cell = typed(row[name], "text" if kind in LISTS else kind, name)
                    assert value == cell and type(value) is type(cell), (report, name, value, row[name])
        views = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
        for view in views:
            database.execute(f"SELECT * FROM {view}").fetchall()
        return views


def column_number(reference):
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def sheet_of(book, place):
    """The cells of a sheet, by row and column: a number, a text, or None."""
    namespace = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    root = xml.etree.ElementTree.fromstring(book.read(f"xl/worksheets/sheet{place}.xml"))
    assert root.find(f".//{namespace}pane").get("state") == "frozen"
    assert root.find(f"{namespace}autoFilter") is not None
    table = []
    for row in root.iter(f"{namespace}row"):
        cells = {}
        for cell in row.iter(f"{namespace}c"):
            assert cell.find(f"{namespace}f") is None, "no formula"
            text = "".join(part.text or "" for part in cell.iter(f"{namespace}t"))
            number = cell.find(f"{namespace}v")
            cells[column_number(cell.get("r"))] = float(number.text) if cell.get("t") is None else text
        table.append(cells)
    return table


def date_number(text):
    """Days since the end of 1899, as a spreadsheet counts them."""
    day = datetime.datetime.fromisoformat(text[:19]) - datetime.datetime(1899, 12, 30)
    return day / datetime.timedelta(days=1) + float("0" + text[19:29]) / 86400


def check_workbook(folder, types):
    """Cell by cell; the order of the columns is its own, a list stays joined."""
    with zipfile.ZipFile(f"{folder}/deadpeer.xlsx") as book:
        assert book.testzip() is None
        reports = [report for report in types if os.path.exists(f"{folder}/{report}.csv")]
        names = re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode("utf-8"))
        assert names == reports
        for place, report in enumerate(reports, 1):
            header, *told = sheet_of(book, place)
            header = [header[i] for i in range(len(header))]
            assert sorted(header) == sorted(types[report])
            expected = rows(f"{folder}/{report}.csv")
            assert len(told) == len(expected)
            for cells, row in zip(told, expected):
                for i, name in enumerate(header):
                    kind = types[report][name]
                    value = typed(row[name], "text" if kind in LISTS else kind, name)
                    if kind == "time" and value is not None:
                        assert abs(cells[i] - date_number(value)) < 0.001 / 86400, (name, cells[i], value)
                    else:
                        assert cells.get(i) == value, (report, name, cells.get(i), row[name])
        return book.read("xl/styles.xml").decode("utf-8")


def check_eve(report, told):
    if report == "flows":
        ends = [told[name] for name in ("initiator", "initiator_port", "responder", "responder_port")]
        time = told["last_utc"]
    elif report == "events":
        ends = [told[name] for name in ("subject", "subject_port", "peer", "peer_port")]
        time = told["time_utc"]
    else:
        return
    assert [told[name] for name in ("src_ip", "src_port", "dest_ip", "dest_port")] == ends
    assert told["timestamp"] == (time and time[:26] + "+0000")
    assert (told["event_type"], told["proto"]) == (f"deadpeer_{report[:-1]}", "TCP")


def stories(program, testdata, folder):
    """Of every fourth story each cell is in the JSON Lines, with its type; an event has the community id of its flow."""
    types = types_of(program)
    assert len(types) == 6
    captures = sorted(glob.glob(f"{testdata}/*/capture.pcap"))
    assert len(captures) > 5
    for capture in captures[::4]:
        run(program, "-o", folder, "--format", "csv,jsonl", capture)
        check_json(folder, types)
        with open(f"{folder}/flows.jsonl", encoding="utf-8") as file:
            ids = {flow["stream"]: flow["community_id"] for flow in map(json.loads, file)}
        with open(f"{folder}/events.jsonl", encoding="utf-8") as file:
            for event in map(json.loads, file):
                if event["stream"] is not None and event["community_id"] is not None:
                    assert event["community_id"] == ids[event["stream"]], event


def database(program, testdata, folder):
    """Every cell is in the database, numbers as numbers; a table a report."""
    types = types_of(program)
    capture = f"{testdata}/sample/capture.pcap"
    run(program, "-o", folder, "--format", "csv,sqlite", "--segments", "all", capture)
    assert check_database(folder, types) == {"dead_peers", "reboots", "idle_by_server"}
    with contextlib.closing(sqlite3.connect(f"{folder}/deadpeer.sqlite")) as one:
        long = [float(row["half_open_s"]) for row in rows(f"{folder}/flows.csv") if float(row["half_open_s"] or 0) > 9]
        assert long and sorted(one.execute("SELECT half_open_s FROM flows WHERE half_open_s > 9")) == [
            (value,) for value in sorted(long)]
        assert len(one.execute("SELECT * FROM dead_peers").fetchall()) == 2
        assert len(one.execute("SELECT * FROM reboots").fetchall()) == 1
    run(program, "-o", folder, "--format", "sqlite,csv", "--report", "flows", "--columns", "all", capture)
    assert check_database(folder, types) == {"dead_peers", "idle_by_server"}
    # Through a link, from a pipe, with another run's temporary file there.
    os.mkdir(f"{folder}/real")
    os.symlink("real", f"{folder}/link")
    open(f"{folder}/real/.deadpeer.sqlite.tmp", "w", encoding="utf-8").close()
    with open(capture, "rb") as pipe:
        subprocess.run(["sh", "-c", f"cat | '{os.path.abspath(program)}' -q - -o link --format sqlite"], stdin=pipe,
                       cwd=folder, check=True)
    assert os.listdir(f"{folder}/real") == ["deadpeer.sqlite"]

    def refused(*arguments):
        return run(program, *arguments, codes=(1,)).stderr.decode("utf-8")

    assert "needs a folder" in refused(capture, "-o", "-", "--report", "flows", "--format", "sqlite")
    assert "live, sqlite is not written" in refused("-i", "lo", "-o", folder, "--format", "csv,sqlite")
    assert "has its own" in refused(capture, "-o", folder, "--format", "sqlite", "--time", "epoch")
    full = subprocess.run(["sh", "-c", f"ulimit -f 16; exec '{program}' -q -o '{folder}' --format sqlite '{capture}'"],
                          capture_output=True, text=True, check=False)
    assert full.returncode == 4 and full.stderr.count("deadpeer.sqlite") == 1, full
    assert not os.path.exists(f"{folder}/.deadpeer.sqlite.tmp")
    assert check_database(folder, types) == {"dead_peers", "idle_by_server"}


def workbook(program, testdata, folder):
    """Every cell is in the workbook: dates are dates, numbers numbers, and text is text."""
    types = types_of(program)
    capture = f"{testdata}/sample/capture.pcap"
    run(program, "-o", folder, "--format", "csv", "--excel", "--segments", "all", capture)
    styles = check_workbook(folder, types)
    assert "yyyy-mm-dd" in styles and "FFC7CE" in styles
    with zipfile.ZipFile(f"{folder}/deadpeer.xlsx") as book:
        assert [sheet_of(book, 3)[0][i] for i in range(3)] == ["verdict", "confidence", "initiator"]
    run(program, "-o", folder, "--format", "xlsx,csv", "--report", "hosts,flows", capture)
    check_workbook(folder, types)
    full = subprocess.run(["sh", "-c", f"ulimit -f 8; exec '{program}' -q -o '{folder}' --segments all "
                           f"--format xlsx '{capture}'"], capture_output=True, text=True, check=False)
    assert full.returncode == 4 and full.stderr.count("deadpeer.xlsx") == 1, full
    assert sorted(os.listdir(folder)) == ["deadpeer.xlsx", "flows.csv", "hosts.csv"]
    check_workbook(folder, types)
    told = run(program, "-i", "lo", "-o", folder, "--excel", codes=(1,)).stderr.decode("utf-8")
    assert "live, xlsx is not written" in told


def hostile(program, testdata, folder):
    """Whatever names files and hosts have, a line is valid."""
    name = f"{folder}/a'\"&\\;\u202e\x1b\n".encode() + b"\xff\xfe.pcap"
    with open(f"{testdata}/sample/capture.pcap", "rb") as source, open(name, "wb") as copy:
        copy.write(source.read())
    with open(f"{folder}/hosts.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["address", "name", "idle", "interval", "count"])
        out.writerow(["0.0.0.0/0", HOSTILE, 300, 10, 5])
    run(program, "-o", f"{folder}/r", "--format", "jsonl", "--format", "csv,sqlite,xlsx", "--segments", "all",
        "--inventory", f"{folder}/hosts.csv", name)
    check_json(f"{folder}/r", types_of(program))
    check_database(f"{folder}/r", types_of(program))
    check_workbook(f"{folder}/r", types_of(program))
    text = open(f"{folder}/r/hosts.jsonl", encoding="utf-8").read()
    assert '\\"' in text and "\U0001f600\u540d" in text and "\u202e" not in text


def chosen(program, testdata, folder):
    """--report writes only these, --columns only those, in the order given; what is left of earlier runs goes."""
    sample = f"{testdata}/sample/capture.pcap"
    run(program, "-o", folder, sample)
    assert len(os.listdir(folder)) == 6
    run(program, "-o", folder, "--report", "flows,events", "--report", "hosts", "--format", "jsonl", sample)
    assert sorted(os.listdir(folder)) == ["events.jsonl", "flows.jsonl", "hosts.jsonl"]
    run(program, "-o", folder, "--report", "flows", "--columns", "short", sample)
    assert os.listdir(folder) == ["flows.csv"]
    with open(f"{folder}/flows.csv", encoding="utf-8") as file:
        assert file.readline() == ("verdict,confidence,initiator,responder,responder_port,first_utc,last_utc,half_open_s,"
                                   "idle_at_failure_s,explanation,wireshark_filter,stream\n")
    run(program, "-o", folder, "--columns", "short", sample)
    assert len(os.listdir(folder)) == 6

    def printed(*arguments):
        return run(program, "-o", "-", *arguments, sample).stdout.decode("utf-8").split("\n")

    assert printed("--report", "flows", "--columns", "verdict,stream")[:2] == ["verdict,stream", "alive,0"]
    told = json.loads(printed("--report", "flows", "--columns", "stream,verdict", "--format", "jsonl")[0])
    assert list(told) == [*EVE, "stream", "verdict"]
    told = json.loads(printed("--report", "hosts", "--columns", "host", "--format", "jsonl")[0])
    assert list(told) == ["host"]
    epoch = json.loads(printed("--report", "flows", "--format", "jsonl", "--time", "epoch")[0])
    assert isinstance(epoch["first_utc"], float) and epoch["timestamp"].endswith("+0000")

    def refused(*arguments):
        return run(program, *arguments, sample, codes=(1,)).stderr.decode("utf-8")

    assert "no column 'verdct'; did you mean verdict?" in refused("-o", folder, "--report", "flows", "--columns", "verdct")
    assert "names stream twice" in refused("-o", folder, "--report", "flows", "--columns", "stream,stream")
    assert "leaves nothing of capture" in refused("-o", folder, "--columns", "verdict")


def live(program, testdata, folder):
    """A live capture writes an event's line at once, and the other reports at the end."""
    sample = open(f"{testdata}/sample/capture.pcap", "rb").read()
    with subprocess.Popen([program, "-q", "--live", "-", "-o", "-", "--report", "events", "--format", "jsonl"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(sample)
        process.stdin.flush()
        first = json.loads(process.stdout.readline())  # the pipe is open still
        process.stdin.close()
        others = [json.loads(line) for line in process.stdout]
    assert first["event_type"] == "deadpeer_event" and others
    with subprocess.Popen([program, "-q", "--live", "-", "-o", folder, "--format", "csv,jsonl"],
                          stdin=subprocess.PIPE) as process:
        process.communicate(sample)
    assert process.returncode == 0
    check_json(folder, types_of(program))
    # The next run moves them aside.
    with subprocess.Popen([program, "-q", "--live", "-", "-o", folder, "--format", "jsonl", "--report", "flows"],
                          stdin=subprocess.PIPE) as process:
        process.communicate(sample)
    (period,) = [name for name in os.listdir(folder) if name != "flows.jsonl"]
    assert len(os.listdir(f"{folder}/{period}")) == 12


def examples(program, testdata, folder):
    """The README's examples."""
    with open(f"{testdata}/../README.md", encoding="utf-8") as file:
        lines = re.findall(r"^    \$ (deadpeer -q trace\.pcap .*)$", file.read(), re.MULTILINE)
    assert len(lines) >= 5, lines
    os.symlink(os.path.abspath(f"{testdata}/sample/capture.pcap"), f"{folder}/trace.pcap")
    os.symlink(os.path.abspath(program), f"{folder}/deadpeer")
    for line in lines:
        done = subprocess.run(["bash", "-ec", "set -o pipefail; " + line], cwd=folder, capture_output=True, text=True,
                              check=False, env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]})
        assert done.returncode == 0 and done.stderr == "", (line, done)
        assert done.stdout or "-o report" in line, (line, done)


def main():
    program, testdata, case = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        {one.__name__: one for one in (stories, database, workbook, hostile, chosen, live, examples)}[case](program, testdata, folder)


main()
