"""html_page.py PROGRAM TESTDATA CASE: the page that --html writes, without a browser."""

import base64
import contextlib
import csv
import hashlib
import html.parser
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

VOID = {"meta", "br", "link", "img", "line", "path", "rect", "circle"}
DEATHS = {"peer_dead", "path_dead", "peer_rebooted", "peer_lost_state", "middlebox_reset", "middlebox_restarted",
          "address_moved", "address_conflict", "path_mtu", "peer_restored"}
HOSTILE = '<script>alert(1)</script>\'"&lt; \u202e]]></style><img src=http://198.51.100.66/x onerror=alert(2)>'


class Page(html.parser.HTMLParser):
    """Elements with their attributes, and the text below each; fails on what a page may not have."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.text, self.ids, self.links = [], [], [], set(), []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), (tag, attrs)
        assert tag not in ("script", "img", "iframe", "object", "embed", "form", "link", "base", "foreignobject", "use",
                           "image", "a:href"), tag
        for name, value in attrs:
            assert not name.startswith("on") and name != "style" and not name.startswith("xlink"), (tag, attrs)
            if name in ("href", "src", "action"):
                assert tag == "a" and value.startswith("#"), (tag, attrs)
                self.links.append(value[1:])
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids.add(attributes["id"])
        if tag == "th":
            assert attributes.get("scope") in ("col", "row"), attrs
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def has(self, text):
        return text in " ".join(" ".join(self.text).split())


def check(text):
    """What holds for every page; answers it parsed."""
    page = Page(text)
    assert set(page.links) <= page.ids, (page.links, page.ids)
    style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'", (
        policy, digest)
    assert "url(" not in style and "@import" not in style
    for tag, attributes in page.elements:
        if tag == "svg" and attributes.get("role") == "img":
            assert attributes["width"] == "100%"
    pictures = sum(1 for t, a in page.elements if t == "svg" and a.get("role") == "img")
    assert sum(1 for t, _ in page.elements if t == "desc") == pictures
    assert len(text.encode()) < 2_000_000
    return page


def rows(folder, report):
    with open(f"{folder}/{report}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_numbers(text, folder):
    """The numbers of the tiles, the headline and the cards are those of the CSV reports."""
    flows, incidents, events = rows(folder, "flows"), rows(folder, "incidents"), rows(folder, "events")
    tiles = re.findall(r'<li class="[a-z]*"><a href="#[a-z]+"><b>([^<]*)</b>', text)
    deaths = [flow for flow in flows if flow["verdict"] in DEATHS]
    verdicts = [flow["verdict"] for flow in flows]
    number = [str(len(deaths)), str(sum(e["event"] == "host_rebooted" for e in events)), None,
              str(verdicts.count("idle")), str(verdicts.count("alive")), str(verdicts.count("closed"))]
    for tile, expected in zip(tiles, number, strict=True):
        assert expected is None or tile.replace(",", "") == expected, (tiles, number)
    held = [float(flow["half_open_s"]) for flow in flows if flow["half_open_s"]]
    if held and 1 <= max(held) < 100:
        assert abs(float(tiles[2].split()[0]) - max(held)) < 0.06, (tiles[2], max(held))
    sure = sum(flow["confidence"] != "low" for flow in deaths)
    headline = re.search(r"<h1>([^<]*)</h1>", text).group(1).replace(",", "")
    if sure:
        assert headline.startswith(f"{sure} of {len(flows)} connection"), headline
    elif not incidents:
        doubtful = any(flow["verdict"] == "suspect" or (flow["verdict"] == "closed" and
                       flow["reason"] in ("data_unacknowledged", "fin_then_gone")) for flow in flows)
        assert headline == "No dead peers found" + (" for certain" if doubtful else ""), headline
    cards = re.findall(r'<article class="card ([a-z]+)" id="incident-(\d+)">', text)
    assert [c[0] for c in cards] == [i["severity"] for i in incidents][: len(cards)]
    assert len(cards) == min(len(incidents), 20)
    page = Page(text)
    for incident in incidents[: len(cards)]:
        assert page.has(incident["what"]) and page.has(incident["advice"]), incident
    for incident in incidents[:300]:
        assert page.has(incident["advice"]), incident


def run(program, folder, *arguments, pipe=None):
    """The page, and the folder of the reports. `pipe`: a file whose content comes through one."""
    page = os.path.join(folder, "page.html")
    reports = os.path.join(folder, "reports")
    command = [program, "-q", "-o", reports, "--html", page, *arguments]
    with subprocess.Popen(["cat", pipe or "/dev/null"], stdout=subprocess.PIPE) as cat:
        done = subprocess.run(command, stdin=cat.stdout, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 2), done
    with open(page, encoding="utf-8") as file:
        return file.read(), reports


def stories(program, testdata, folder):
    """Every capture: a valid page, whose numbers are those of the reports; the reports are as without."""
    for story in sorted(os.listdir(testdata)):
        capture = f"{testdata}/{story}/capture.pcap"
        if not os.path.exists(capture):
            continue
        text, reports = run(program, folder, capture)
        check(text)
        check_numbers(text, reports)
        assert len(text) < 100_000, story
        expected = f"{testdata}/{story}/expected"
        for name in ("segments", "flows", "events", "incidents"):
            with open(f"{reports}/{name}.csv", "rb") as ours, open(f"{expected}/{name}.csv", "rb") as golden:
                assert os.path.exists(f"{expected}/options") or ours.read() == golden.read(), (story, name)


def sample(program, testdata, folder):
    text, _ = run(program, folder, f"{testdata}/sample/capture.pcap")
    page = check(text)
    for words in ("2 of 5 connections died", "Rebooted host: 192.0.2.40", "Dead peer: 198.51.100.30:5432",
                  "keepalive probe 5, no answer", "60 s of silence", "last heard", "#57", "RST",
                  "Check the uptime of 192.0.2.40.", "Or else The process ended, or its host dropped the connection", "idle 60 s, every 10 s, 5 probes \u00d73", "110 s"):
        assert page.has(words), words
    assert text.count('class="life dead"') == 2


def nothing(program, testdata, folder):
    text, _ = run(program, folder, f"{testdata}/graceful_close/capture.pcap")
    page = check(text)
    assert page.has("No dead peers found") and "card" not in {a.get("class") for _, a in page.elements}


def segment(time, source, destination, seq, ack, flags, payload=b""):
    (src, sport), (dst, dport) = source, destination
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 5 << 4, flags, 500, 0, 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, bytes(src), bytes(dst))
    frame = b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + ip + tcp
    return struct.pack("<IIII", int(time), int(time % 1 * 1e6), len(frame), len(frame)) + frame


def many_deaths(path, connections, servers, deaths):
    """`connections` to `servers` hosts, of which `deaths` die one after the other."""
    frames = []
    for i in range(connections):
        server, client = ((10, 9, i % servers // 200, 1 + i % servers % 200), 5432), ((10, 1, i // 400, 1 + i % 250), 20000 + i)
        time = 1_795_240_800 + i % 97
        frames.append((time, segment(time, client, server, 100, 0, 2)))
        frames.append((time + 0.01, segment(time + 0.01, server, client, 500, 101, 0x12)))
        frames.append((time + 0.02, segment(time + 0.02, client, server, 101, 501, 0x10)))
        for _ in range(9):
            time += 60
            dead = i % servers < deaths and time > 1_795_240_800 + 280 + 7 * (i % servers % 11)
            frames.append((time, segment(time, client, server, 100, 501, 0x10)))
            if not dead:
                frames.append((time + 0.02, segment(time + 0.02, server, client, 501, 101, 0x10)))
                continue
            for k in range(1, 5):
                frames.append((time + 10 * k, segment(time + 10 * k, client, server, 100, 501, 0x10)))
            frames.append((time + 50, segment(time + 50, client, server, 101, 501, 0x14)))
            break
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for _, frame in sorted(frames, key=lambda f: f[0]):
            file.write(frame)


def hostile_inventory(path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["address", "name", "idle", "interval", "count"])
        out.writerow(["10.0.0.0/8", HOSTILE, 300, 10, 5])
        for i in range(1, 200):
            out.writerow([f"10.9.0.{i}", HOSTILE * 40, "", "", ""])
        for address in ("192.0.2.0/24", "198.51.100.0/24"):
            out.writerow([address, "\u540d\u524d\u0629\u0627\u0633\u0645 " + HOSTILE, "", "", ""])


def many(program, _, folder):
    """5,000 connections and 300 incidents with hostile names: the page stays small."""
    capture, inventory = f"{folder}/many.pcap", f"{folder}/hosts.csv"
    many_deaths(capture, 5000, 400, 300)
    hostile_inventory(inventory)
    text, reports = run(program, folder, capture, "--inventory", inventory)
    page = check(text)
    check_numbers(text, reports)
    assert len(rows(reports, "incidents")) == 300
    assert len(text.encode()) < 1_500_000, len(text)
    assert page.has("<script>alert(1)</script>"), "the name is there as text"
    assert "\u202e" not in text


def hostile(program, testdata, folder):
    """Names of files and hosts are text, wherever they stand."""
    name = f"{folder}/a'\"&<script>b<\u202e\x1b\n.pcap"
    with open(f"{testdata}/sample/capture.pcap", "rb") as source, open(name, "wb") as copy:
        copy.write(source.read())
    hostile_inventory(f"{folder}/hosts.csv")
    text, _ = run(program, folder, name, "--inventory", f"{folder}/hosts.csv")
    page = check(text)
    assert page.has("a'\"&<script>b<\\u202E\\x1B\\n.pcap")
    assert "\u202e" not in text and "\x1b" not in text


def broken(program, testdata, folder):
    """What the capture lacks is said at the top."""
    text, _ = run(program, folder, f"{testdata}/truncated/capture.pcap")
    assert check(text).has("The capture is not complete. capture.pcap is truncated; what comes after that is not known.")


def usage(program, testdata, folder):
    """A page replaces neither an input nor a report; a live one needs the folder of the reports."""
    capture = f"{folder}/capture.pcap"
    with open(f"{testdata}/sample/capture.pcap", "rb") as source, open(capture, "wb") as copy:
        copy.write(source.read())

    def refused(*arguments):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode in (1, 4), done
        return done.stderr

    assert "would replace that input" in refused(capture, "--html", capture)
    assert "would replace a report" in refused(capture, "-o", f"{folder}/r", "--html", f"{folder}/r/flows.csv")
    assert "--html needs a folder of reports" in refused("--live", "-", "--html", f"{folder}/p.html")
    assert "names a folder" in refused(capture, "--html", f"{folder}/")
    assert "names a folder" in refused(capture, "--html", folder)
    done = subprocess.run([program, capture, "--html", f"{folder}/alone.html"], capture_output=True, text=True, check=True)
    assert done.stdout.endswith(f"Incident report: {folder}/alone.html\n"), done.stdout
    assert check(open(f"{folder}/alone.html", encoding="utf-8").read()).has("2 of 5 connections died")


def live(program, testdata, folder):
    """A live capture ends with the same page, but for what it could not know at that time."""
    capture = f"{testdata}/sample/capture.pcap"
    text, reports = run(program, folder, "--live", "-", pipe=capture)
    page = check(text)
    check_numbers(text, reports)
    assert page.has("Dead peer: 198.51.100.30:5432") and text.count('class="life dead"') == 2
    text, reports = run(program, folder, "-", pipe=capture)
    check_numbers(text, reports)


def rewritten(program, testdata, folder):
    """While a live capture goes on the page is replaced at each interval, whole, with what is known by then."""
    page = os.path.join(folder, "page.html")
    with open(f"{testdata}/sample/capture.pcap", "rb") as file:
        data = file.read()
    at, half = 24, len(data) // 2
    while at < half:
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
    command = [program, "-q", "--live", "--interval", "1", "-o", f"{folder}/reports", "--html", page, "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        seen = []
        for part in (data[:at], data[at:]):
            process.stdin.write(part)
            process.stdin.flush()
            for _ in range(2):  # with news, and without
                seen.append(next_page(page, seen[-1][0] if seen else None))
        process.stdin.close()
        assert process.wait(20) == 0
    assert len({number for number, _ in seen}) == len(seen)
    assert "Dead peer: 198.51.100.30:5432" not in seen[0][1]
    with open(page, encoding="utf-8") as file:
        assert "Dead peer: 198.51.100.30:5432" in file.read()


def next_page(path, before):
    """The number of the file, and what it says, once it is another than that."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
            number = os.fstat(file.fileno()).st_ino, os.fstat(file.fileno()).st_mtime_ns
            if number != before:
                text = file.read()
                check(text)
                return number, text
        time.sleep(0.05)
    raise AssertionError(f"{path} was not written anew")


def main():
    program, testdata, case = sys.argv[1:]
    cases = {f.__name__: f for f in (stories, sample, nothing, many, hostile, broken, usage, live, rewritten)}
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        cases[case](program, testdata, folder)


if __name__ == "__main__":
    main()
