"""anonymise.py PROGRAM TESTDATA CASE: no address of a capture gets out, in whatever form, and all else stays true."""

import csv
import glob
import ipaddress
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

KEY = "a key that tests use"
STORIES = ("sample", "peer_crashed", "address_moves_to_standby", "address_moves_to_standby_ipv6",
           "peer_unreachable_by_icmp", "peer_unreachable_by_icmp_ipv6", "host_rebooted_ipv6",
           "vlan_and_cooked", "lease_renewed_between_losses")
ADDRESS_COLUMNS = ("community_id",)  # a hash of addresses, which nobody can map


def capture_of(testdata, story):
    return glob.glob(f"{testdata}/{story}/capture.pcap*")[0]


def run(program, *arguments, code=0, **keywords):
    done = subprocess.run([program, *arguments], capture_output=True, check=False, **keywords)
    assert done.returncode == code, (arguments, done)
    return done


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def frames_of(path):
    """Link type and bytes of each frame of a classic pcap, or of a pcapng as deadpeer writes it."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] == b"\n\r\r\n":
        at, links = 0, []
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            if kind == 1:
                links.append(struct.unpack_from("<H", data, at + 8)[0])
            elif kind == 6:
                interface, _, _, captured, original = struct.unpack_from("<5I", data, at + 8)
                yield links[interface], data[at + 28:at + 28 + captured], original
            at += length
        return
    order = "<" if data[0] in (0xD4, 0x4D) else ">"
    link, at = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF, 24
    while at + 16 <= len(data):
        captured, original = struct.unpack_from(order + "2I", data, at + 8)
        yield link, data[at + 16:at + 16 + captured], original
        at += 16 + captured


def addresses_of(link, frame):
    """Packed addresses of both layers that stand in the headers of a frame."""
    if link == 1:
        yield frame[0:6]
        yield frame[6:12]
        at = 12
    elif link == 113:
        yield frame[6:12]
        at = 14
    else:
        at = 0
        yield frame[12:18]
        frame = frame[:20] + frame[0:2] + frame[20:]
        at = 20
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    kind, packet = frame[at:at + 2], frame[at + 2:]
    if kind == b"\x08\x06":
        yield from (packet[8:14], packet[14:18], packet[18:24], packet[24:28])
    while kind in (b"\x08\x00", b"\x86\xdd") and packet:
        is_v6 = packet[0] >> 4 == 6
        size, header, protocol = (16, 40, packet[6]) if is_v6 else (4, 4 * (packet[0] & 15), packet[9])
        start = 8 if is_v6 else 12
        yield packet[start:start + size]
        yield packet[start + size:start + 2 * size]
        payload = packet[header:]
        if protocol == 58 and payload[0] in (135, 136):
            yield payload[8:24]
        quotes = (protocol == 1 and payload[0] in (3, 11)) or (protocol == 58 and payload[0] in (1, 2, 3, 4))
        packet = payload[8:] if quotes else b""


def is_somebody(packed):
    """Not one that every host has."""
    return packed not in (b"", bytes(len(packed)), b"\xff" * len(packed))


def texts_of(packed):
    if len(packed) == 6:
        yield packed.hex(":")
        yield packed.hex("-")
        yield packed.hex()
    else:
        yield str(ipaddress.ip_address(packed))


def bytes_of_outputs(folder):
    """What is in each file, unpacked, by name."""
    for path in sorted(glob.glob(f"{folder}/**", recursive=True)):
        if os.path.isdir(path):
            continue
        if path.endswith(".xlsx"):
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield f"{path}:{name}", book.read(name)
        else:
            with open(path, "rb") as file:
                yield path, file.read()


def packed_addresses(capture):
    found = {packed for link, frame, _ in frames_of(capture) for packed in addresses_of(link, frame)}
    return {packed for packed in found if is_somebody(packed)}


def finds(content, text):
    return re.search(rb"(?<![0-9A-Fa-f:.])" + re.escape(text.encode()) + rb"(?![0-9A-Fa-f:])(?!\.[0-9])", content)


def assert_hidden(name, content, originals):
    for packed in originals:
        for text in texts_of(packed):
            for form in (text, text.replace(":", "-")):
                assert not finds(content, form), (name, form)
        # Short ones in captures alone, where nothing else looks like them by chance.
        if len(packed) > 4 or name.endswith(".pcapng"):
            assert packed not in content, (name, packed)


def reports(program, capture, folder, *more):
    inventory = f"{folder}/inventory"
    with open(inventory, "w", encoding="ascii") as file:
        file.write("address,name\n0.0.0.0/0,telltale\n::/0,telltale\n")
    done = run(program, capture, "-o", f"{folder}/out", "--format", "csv,jsonl,sqlite,xlsx", "--segments", "all",
               "--html", f"{folder}/out/page.html", "--evidence", f"{folder}/out/evidence", "--names", "--inventory",
               inventory, "-v", *more)
    return done.stdout + done.stderr


def everywhere(program, testdata):
    looked_for = 0
    for story in STORIES:
        capture = capture_of(testdata, story)
        originals = packed_addresses(capture)
        with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as folder:
            said = reports(program, capture, plain)
            # What is looked for would be found.
            outputs = dict(bytes_of_outputs(f"{plain}/out"))
            text = b"".join(outputs.values()) + said
            seen = [packed for packed in originals if any(finds(text, form) for form in texts_of(packed))]
            assert len(seen) >= 2 and b"telltale" in text, (story, seen)
            looked_for += len(originals)
            said = reports(program, capture, folder, "--anonymise", KEY)
            anonymous = dict(bytes_of_outputs(f"{folder}/out"))
            assert len(anonymous) == len(outputs), (story, anonymous.keys())
            for name, content in [*anonymous.items(), ("summary", said)]:
                where = os.path.relpath(name, folder) if name != "summary" else name
                assert_hidden(where, os.path.basename(name).encode() + b"\n" + content, originals)
                assert b"telltale" not in content, (story, where)
    assert looked_for > 40, looked_for


def prefix_in_common(one, other):
    differing = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return 8 * len(one) - differing.bit_length()


def mapped(text, pairs):
    pattern = r"(?<![0-9A-Fa-f:.])(" + "|".join(map(re.escape, sorted(pairs, key=len, reverse=True))) + r")(?![0-9A-Fa-f])"
    return re.sub(pattern, lambda found: pairs[found[1]], text)


def same_story(program, testdata):
    """With the addresses put back, the rows are those of a run that hides nothing."""
    for story in STORIES:
        capture = capture_of(testdata, story)
        with tempfile.TemporaryDirectory() as folder:
            for name, more in (("plain", ()), ("anonymous", ("--anonymise", KEY))):
                run(program, capture, "-q", "-o", f"{folder}/{name}", "--segments", "all", *more)
            both = [{report: rows(f"{folder}/{name}/{report}.csv") for report in ("flows", "segments", "events")}
                    for name in ("plain", "anonymous")]
            pairs = {}
            for plain, other in zip(both[0]["flows"], both[1]["flows"], strict=True):
                for column in ("initiator", "responder"):
                    assert pairs.setdefault(plain[column], other[column]) == other[column], (story, plain)
            packed = {ipaddress.ip_address(a).packed: ipaddress.ip_address(b).packed for a, b in pairs.items()}
            for a, other_a in packed.items():
                for b, other_b in packed.items():
                    if len(a) == len(b):
                        assert prefix_in_common(a, b) == prefix_in_common(other_a, other_b), (story, a, b)
            for report in ("flows", "segments", "events"):
                assert len(both[0][report]) == len(both[1][report]), (story, report)
                for plain, other in zip(both[0][report], both[1][report]):
                    for column, cell in plain.items():
                        if column in ADDRESS_COLUMNS or "mac" in column:
                            continue
                        if column in ("explanation", "what", "evidence") and "address" in story:
                            continue  # tells link-layer addresses
                        assert mapped(cell, pairs) == other[column], (story, report, column, cell, other[column])


def evidence(program, testdata):
    """The captures hold headers alone, with comments of the same addresses as in the reports; tshark reads them."""
    for story in ("peer_crashed", "host_rebooted_ipv6", "address_moves_to_standby"):
        with tempfile.TemporaryDirectory() as folder:
            run(program, f"{testdata}/{story}/capture.pcap", "-q", "-o", folder, "--evidence", f"{folder}/evidence",
                "--anonymise", KEY)
            incidents = rows(f"{folder}/incidents.csv")
            assert incidents, story
            for incident in incidents:
                path = f"{folder}/evidence/{incident['evidence_file']}"
                with open(path, "rb") as file:
                    assert b"checksums are wrong; payload is left out" in file.read()
                done = run("tshark", "-n", "-r", path, "-T", "json", "-e", "ip.src", "-e", "ip.dst", "-e", "ipv6.src",
                           "-e", "ipv6.dst", "-e", "tcp.len", "-e", "tcp.payload", "-e", "frame.comment", "-e",
                           "_ws.malformed", "-e", "frame.protocols")
                packets = [packet["_source"]["layers"] for packet in json.loads(done.stdout)]
                assert packets, story
                ends = {end for packet in packets for field in ("ip.src", "ip.dst", "ipv6.src", "ipv6.dst")
                        for end in packet.get(field, ())}
                assert incident["subject"] in ends, (story, incident["subject"], ends)
                for packet in packets:
                    assert "tcp.payload" not in packet and "_ws.malformed" not in packet, packet
                    for said in packet["frame.comment"]:
                        for address in re.findall(r"\d+\.\d+\.\d+\.\d+", said):
                            assert address in ends, (said, ends)
                assert any("tcp" in packet["frame.protocols"][0] for packet in packets), story


def keys(program, testdata):
    capture = f"{testdata}/peer_crashed/capture.pcap"
    flows = ("-q", "-o", "-", "--report", "flows")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/key"
        with open(path, "w", encoding="ascii") as file:
            file.write(KEY + "\n")
        by_word = run(program, capture, *flows, "--anonymise", KEY).stdout
        assert run(program, capture, *flows, "--anonymise", "@" + path).stdout == by_word
        assert run(program, capture, *flows, "--anonymise", KEY + "!").stdout != by_word
        assert run(program, capture, *flows, "--anonymise", KEY, "--threads", "2").stdout == by_word
        assert run(program, capture, *flows, "--anonymise", KEY, "--no-sandbox").stdout == by_word

        def refused(word, said):
            done = run(program, capture, "--anonymise", word, code=1)
            assert done.stderr.decode().startswith(f"deadpeer: {said}\n"), done.stderr

        refused("short", "--anonymise: a key of 5 bytes can be found by trying; take at least 8")
        refused("", "--anonymise is given but empty")
        refused(f"@{folder}/none", f"--anonymise: cannot open {folder}/none: No such file or directory")
        refused(f"@{folder}", f"--anonymise: {folder} is a folder; name a file with the key in it")
        with open(path, "wb") as file:
            file.write(b"x" * 5000)
        refused(f"@{path}", f"--anonymise: {path} is longer than a key of 4096 bytes")


def live(program, testdata):
    """What a capture tells while it goes on: events, reports, and those of a period that has ended."""
    capture = f"{testdata}/sample/capture.pcap"
    originals = packed_addresses(capture)
    with open(capture, "rb") as file:
        bytes_of_it = file.read()
    for more in (("--print",), ("-o", "-", "--report", "events", "--format", "jsonl"),
                 ("-o", "OUT", "--html", "OUT/page.html", "--metrics", "OUT/metrics.prom", "--format", "csv,jsonl")):
        with tempfile.TemporaryDirectory() as folder:
            words = [word.replace("OUT", f"{folder}/out") for word in more]
            plain = run(program, "--live", "-", *words, input=bytes_of_it)
            said = plain.stdout + b"".join(content for _, content in bytes_of_outputs(folder))
            assert any(finds(said, text) for packed in originals for text in texts_of(packed)), more
        with tempfile.TemporaryDirectory() as folder:
            words = [word.replace("OUT", f"{folder}/out") for word in more]
            done = run(program, "--live", "-", *words, "--anonymise", KEY, input=bytes_of_it)
            for name, content in [*bytes_of_outputs(folder), ("said", done.stdout + done.stderr)]:
                assert_hidden(os.path.basename(name), content, originals)


CASES = {case.__name__: case for case in (everywhere, same_story, evidence, keys, live)}

if __name__ == "__main__":
    CASES[sys.argv[3]](sys.argv[1], sys.argv[2])
