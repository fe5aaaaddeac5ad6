"""Captures that are cut, damaged or made to break readers: what is said of each, and the exit code.

    python3 catalogue.py PROGRAM

Part: what comes before the damage is reported, exit 2. Refuse: one line, no reports, exit 3. Count: all is
read, and what cannot be used is counted, exit 0.
"""
import csv
import gzip
import os
import socket
import struct
import subprocess
import sys
import tempfile

LIMIT_SECONDS = 20  # more is a hang


# The capture: a handshake and two segments.

def tcp(flags=0x10, seq=1, payload=b"", options=b"", offset=None, ports=(40000, 80)):
    words = 5 + len(options) // 4 if offset is None else offset
    return struct.pack(">HHIIBBHHH", *ports, seq, 1, words << 4, flags, 512, 0, 0) + options + payload


def ipv4(payload, protocol=6, length=None, first=0x45, fragment=0, options=b"", ends=("0a000001", "0a000002")):
    total = 20 + len(options) + len(payload) if length is None else length
    return struct.pack(">BBHHHBBH", first + len(options) // 4, 0, total, 7, fragment, 64, protocol, 0) + b"".join(
        bytes.fromhex(end) for end in ends) + options + payload


def ipv6(payload, next_header=6, length=None):
    length = len(payload) if length is None else length
    ends = bytes.fromhex("20010db8000000000000000000000001" "20010db8000000000000000000000002")
    return struct.pack(">IHBB", 0x60000000, length, next_header, 64) + ends + payload


def ethernet(payload, kind=0x0800):
    return bytes.fromhex("020000000002020000000001") + struct.pack(">H", kind) + payload


GOOD = [ethernet(ipv4(tcp(flags, seq, payload))) for flags, seq, payload in
        ((0x02, 0, b""), (0x10, 1, b""), (0x18, 1, b"hello"), (0x18, 6, b"world"), (0x11, 11, b""))]


def header(magic=0xa1b2c3d4, version=(2, 4), snap=262144, link=1, order="<"):
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, snap, link)


def record(frame, seconds=1000, fraction=0, captured=None, length=None, order="<"):
    captured = len(frame) if captured is None else captured
    return struct.pack(order + "IIII", seconds, fraction, captured, captured if length is None else length) + frame


def records(frames, **words):
    return b"".join(record(frame, 1000 + i, **words) for i, frame in enumerate(frames))


def pcap(frames, link=1, **words):
    return header(link=link, **words) + records(frames)


def block(kind, body, order="<", length=None, trailer=None):
    body += b"\0" * (-len(body) % 4)
    length = len(body) + 12 if length is None else length
    return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I", trailer or length)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def section(order="<"):
    return block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1), order)


def interface(link=1, snap=0, options=b"", order="<"):
    return block(1, struct.pack(order + "HHI", link, 0, snap) + options, order)


def packet(frame, number=0, ticks=1_000_000_000, captured=None, order="<"):
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xffffffff,
                       len(frame) if captured is None else captured, len(frame))
    return block(6, head + frame, order)


def pcapng(*blocks):
    return section() + b"".join(blocks)


def packets(frames, **words):
    return b"".join(packet(frame, ticks=1_000_000_000 + 1_000_000 * i, **words) for i, frame in enumerate(frames))


def swapped(magic):
    return header(magic, order=">") + records(GOOD, order=">")


def one(frame, link=1):
    """A frame that is odd, behind a good capture."""
    return pcap(GOOD, link) + record(frame, 1010)


def deep(kind, tag, times, end):
    return ethernet(tag * times + end, kind)


class Part:
    def __init__(self, frames, said, status="damaged"):
        self.frames, self.said, self.status = frames, said, status


class Refuse:
    def __init__(self, said):
        self.said = said


class Count:
    def __init__(self, frames, same_as_good=False, **reasons):
        self.frames, self.same, self.reasons = frames, same_as_good, reasons


raw = bytes.fromhex
IP_IN_IP = raw("4500ffff00070000400400000a0000010a000002")
CATALOGUE = [
    ("no bytes", b"", Refuse("is empty")),
    ("three bytes", header()[:3], Refuse("")),
    ("a magic number alone", header()[:4], Refuse("")),
    ("23 of 24 bytes of a header", header()[:23], Refuse("")),
    ("a header alone", header(), Count(0)),
    ("a section alone", section(), Count(0)),
    ("a section and an interface", pcapng(interface()), Count(0)),
    ("a good capture", pcap(GOOD), Count(5, True)),
    ("cut in a record's header", pcap(GOOD[:1]) + record(GOOD[1])[:7], Part(1, "byte", "truncated")),
    ("cut in a frame", pcap(GOOD)[:-3], Part(4, "byte", "truncated")),
    ("cut behind a record's header", pcap(GOOD[:1]) + record(GOOD[1])[:16], Part(1, "byte", "truncated")),
    ("4 GiB captured", pcap(GOOD[:1]) + record(GOOD[1], captured=0xffffffff), Part(1, "byte")),
    ("more captured than any frame has", pcap(GOOD[:1]) + record(GOOD[1], captured=262145), Part(1, "byte")),
    ("more captured than the snap length", pcap(GOOD, snap=60), Count(5, True)),
    ("more captured than there was", pcap(GOOD) + record(GOOD[4], 1010, length=20), Count(6)),
    ("nothing captured", pcap(GOOD) + record(b"", 1010, length=60), Count(6, empty_frame=1)),
    ("a snap length of 0", pcap(GOOD, snap=0), Count(5, True)),
    ("a negative snap length", pcap(GOOD, snap=0xffffffff), Count(5, True)),
    ("the other byte order", swapped(0xa1b2c3d4), Count(5, True)),
    ("nanoseconds", pcap(GOOD, magic=0xa1b23c4d), Count(5, True)),
    ("nanoseconds in the other byte order", swapped(0xa1b23c4d), Count(5, True)),
    ("more than a second of microseconds", pcap(GOOD) + record(GOOD[4], 1010, 0xffffffff), Count(6)),
    ("times that go back", pcap(GOOD) + record(GOOD[4], 10), Count(6)),
    ("times at both ends", pcap(GOOD) + record(GOOD[4], 0) + record(GOOD[4], 0xffffffff), Count(7)),
    ("Kuznetzov's variant", header(0xa1b2cd34) + b"".join(
        record(frame, 1000 + i)[:16] + bytes(8) + frame for i, frame in enumerate(GOOD)), Count(5, True)),
    ("a version to come", pcap(GOOD, version=(9, 9)), Refuse("9.9")),
    ("version 2.2", pcap(GOOD, version=(2, 2)), Count(5)),
    ("a link type for private use", pcap(GOOD, link=147), Refuse("link type 147")),
    ("a link type beyond all", pcap(GOOD, link=9999), Refuse("link type 9999")),
    ("one of two link types for private use", pcapng(interface(147), interface(), packet(GOOD[4]), packets(
        GOOD, number=1)), Count(6, unsupported_link_type=1)),
    ("check bytes that the link type tells of", header(link=1 | 1 << 26 | 2 << 28) + records(
        [frame + b"fcs!" for frame in GOOD]), Count(5, True)),
    ("a link type that is not true", pcap(GOOD, link=101), Count(5)),
    ("zeros", bytes(65536), Refuse("")),
    ("records of zeros", header() + bytes(16 * 4096), Count(4096, empty_frame=4096)),
    ("a program", b"\x7fELF\2\1\1" + bytes(1000), Refuse("")),
    ("a text", b"this is no capture\n" * 50, Refuse("")),
    ("a short LINUX_SLL header", header(link=113) + record(bytes(15)), Count(1, short_link_header=1)),
    ("a short LINUX_SLL2 header", header(link=276) + record(bytes(19)), Count(1, short_link_header=1)),
    ("a short NULL header", header(link=0) + record(bytes(3)), Count(1, short_link_header=1)),
    ("a raw packet of no bytes", header(link=101) + record(b""), Count(1, empty_frame=1)),
    ("an IP header of 0 words", one(ethernet(ipv4(tcp(), first=0x40))), Count(6)),
    ("an IP header of 4 words", one(ethernet(ipv4(tcp(), first=0x44))), Count(6)),
    ("an IP header longer than the frame", one(ethernet(ipv4(tcp(), first=0x4f)[:30])), Count(6)),
    ("an IP packet of length 0, as offloading leaves it", one(ethernet(ipv4(tcp(), length=0))), Count(6, tcp=6)),
    ("an IP packet longer than the frame", one(ethernet(ipv4(tcp(), length=9999))), Count(6, tcp=6)),
    ("an IP packet shorter than its header", one(ethernet(ipv4(tcp(), length=12))), Count(6)),
    ("an IP packet shorter than TCP's header", one(ethernet(ipv4(tcp(), length=30))), Count(6, short_tcp=1)),
    ("a TCP header of 0 words", one(ethernet(ipv4(tcp(offset=0)))), Count(6, tcp=6)),
    ("a TCP header of 4 words", one(ethernet(ipv4(tcp(offset=4)))), Count(6, tcp=6)),
    ("a TCP header longer than the packet", one(ethernet(ipv4(tcp(offset=15)))), Count(6, tcp=6)),
    ("a TCP option of length 0", one(ethernet(ipv4(tcp(options=raw("02000000"))))), Count(6, tcp=6)),
    ("a TCP option of length 1", one(ethernet(ipv4(tcp(options=raw("02010000"))))), Count(6, tcp=6)),
    ("a TCP option that overruns", one(ethernet(ipv4(tcp(options=raw("080a0000"))))), Count(6, tcp=6)),
    ("a window scale of 255", one(ethernet(ipv4(tcp(2, options=raw("0303ff00"))))), Count(6, tcp=6)),
    ("an MSS option of length 3", one(ethernet(ipv4(tcp(2, options=raw("02030500"))))), Count(6, tcp=6)),
    ("IP options that do nothing", one(ethernet(ipv4(tcp(), options=raw("01010100")))), Count(6, tcp=6)),
    ("an IP option of length 0", one(ethernet(ipv4(tcp(), options=raw("07000000")))), Count(6, tcp=6)),
    ("an IP option of length 255", one(ethernet(ipv4(tcp(), options=raw("07ff0400")))), Count(6, tcp=6)),
    ("40 bytes of IP options", one(ethernet(ipv4(tcp(), options=b"\1" * 40))), Count(6, tcp=6)),
    ("a first fragment of 8 bytes", one(ethernet(ipv4(tcp()[:8], fragment=0x2000))), Count(6, fragment=1)),
    ("a fragment over TCP's flags", one(ethernet(ipv4(tcp()[8:], fragment=1))), Count(6, fragment=1)),
    ("a fragment beyond 64 KiB", one(ethernet(ipv4(tcp(), fragment=0x1fff))), Count(6, fragment=1)),
    ("an Ethernet header alone", one(GOOD[0][:14]), Count(6)),
    ("an IP header alone", one(GOOD[0][:34]), Count(6)),
    ("13 bytes of TCP", pcap(GOOD) + record(GOOD[4][:47], 1010, length=54), Count(6, cut_header=1)),
    ("a TCP header and nothing more", pcap(GOOD) + record(GOOD[3][:54], 1010, length=59), Count(6, tcp=6)),
    ("200 VLAN tags", one(deep(0x8100, raw("00018100"), 199, raw("00010800") + ipv4(tcp()))), Count(6, too_deep=1)),
    ("60 IP headers", one(deep(0x0800, IP_IN_IP, 60, ipv4(tcp()))), Count(6, too_deep=1)),
    ("300 MPLS labels", one(deep(0x8847, bytes(4), 300, b"")), Count(6)),
    ("1,000 IPv6 extensions", one(ethernet(ipv6(bytes(8) * 1000 + tcp(), 0), 0x86dd)), Count(6, too_deep=1)),
    ("an IPv6 extension that overruns", one(ethernet(ipv6(raw("06ff") + bytes(6), 0), 0x86dd)), Count(6)),
    ("a jumbogram", one(ethernet(ipv6(raw("0600c20400010000") + tcp(), 0, 0), 0x86dd)), Count(6)),
    ("an IPv6 fragment that is whole", one(ethernet(ipv6(raw("0600000000000001") + tcp(), 44), 0x86dd)),
     Count(6, tcp=6)),
    ("a second IPv6 fragment", one(ethernet(ipv6(raw("0600000800000001") + tcp(), 44), 0x86dd)), Count(6, fragment=1)),
    ("ESP", one(ethernet(ipv6(bytes(40), 50), 0x86dd)), Count(6)),
    ("an IPv6 extension that is cut", one(ethernet(ipv6(raw("06"), 0, 40), 0x86dd)), Count(6)),
    ("all flags", one(ethernet(ipv4(tcp(0xff)))), Count(6, tcp=6)),
    ("no flags", one(ethernet(ipv4(tcp(0)))), Count(6, tcp=6)),
    ("a SYN to its own sender", one(ethernet(ipv4(tcp(2, ports=(80, 80)), ends=("0a000001",) * 2))), Count(6, tcp=6)),
    ("port 0", one(ethernet(ipv4(tcp(ports=(0, 0))))), Count(6, tcp=6)),
    ("a FIN and a RST with a SYN and data", one(ethernet(ipv4(tcp(7, payload=b"x")))), Count(6, tcp=6)),
    ("a good pcapng", pcapng(interface(), packets(GOOD)), Count(5, True)),
    ("two interfaces", pcapng(interface(), interface(snap=60), packets(GOOD, number=1)), Count(5, True)),
    ("interfaces of two kinds", pcapng(interface(), interface(101), packet(ipv4(tcp()), 1), packets(GOOD)), Count(6)),
    ("an interface declared late", pcapng(interface(), packets(GOOD), interface(101), packet(ipv4(tcp()), 1)),
     Count(6)),
    ("two sections", pcapng(interface(), packets(GOOD)) + pcapng(interface(101), packet(ipv4(tcp()))), Count(6)),
    ("a section in the other byte order", pcapng(interface(), packets(GOOD)) + section(">") + interface(order=">") +
     packet(GOOD[4], order=">"), Count(6, tcp=6)),
    ("packets of no interface", pcapng(packets(GOOD)), Count(5, bad_interface=5)),
    ("a packet of interface 7", pcapng(interface(), packets(GOOD), packet(GOOD[4], 7)), Count(6, bad_interface=1)),
    ("a block of 0 bytes", pcapng(interface(), block(6, b"", length=0)), Part(0, "byte")),
    ("a block of 13 bytes", pcapng(interface(), block(6, bytes(4), length=13)), Part(0, "byte")),
    ("a block of 4 GiB", pcapng(interface(), block(6, bytes(4), length=0xfffffff0)), Part(0, "byte")),
    ("a block of 15 MiB in a short file", pcapng(interface(), block(6, bytes(20), length=15 << 20)),
     Part(0, "byte", "truncated")),
    ("two lengths of a block", pcapng(interface(), packet(GOOD[0])[:-4] + b"\x10\0\0\0"), Part(None, "byte")),
    ("more captured than the block has", pcapng(interface(), packet(GOOD[0], captured=999)), Part(0, "byte")),
    ("4 GiB captured in a block", pcapng(interface(), packet(GOOD[0], captured=0xffffffff)), Part(0, "byte")),
    ("cut in a block", pcapng(interface(), packets(GOOD))[:-7], Part(4, "byte", "truncated")),
    ("cut in a block's header", pcapng(interface(), packets(GOOD)) + raw("060000"), Part(5, "byte", "truncated")),
] + [
    (f"ticks of {unit:#x}", pcapng(interface(options=option(9, bytes([unit]))), packets(GOOD)), Count(5, unit == 6))
    for unit in (0, 6, 9, 20, 0x80 | 63, 0x80 | 64, 0xff)
] + [
    ("two units of ticks", pcapng(interface(options=option(9, b"\6") + option(9, b"\x09")), packets(GOOD)), Count(5)),
    ("a time offset of the year -292", pcapng(interface(options=option(14, b"\0" * 7 + b"\x80")), packets(GOOD)),
     Count(5)),
    ("an option that overruns its block", pcapng(interface(options=raw("0200ffff") + bytes(4)), packets(GOOD)),
     Count(5)),
    ("a block that nobody knows", pcapng(interface(), block(0x0badcafe, bytes(40)), packets(GOOD)), Count(5, True)),
    ("a custom block, which is a frame for Wireshark", pcapng(interface(), packets(GOOD), block(
        0xbad, struct.pack("<I", 42) + bytes(8))), Count(6, unsupported_link_type=1)),
    ("a packet without a time", pcapng(interface(), packets(GOOD), block(
        3, struct.pack("<I", len(GOOD[4])) + GOOD[4])), Count(6, tcp=6)),
    ("1,000 interfaces", pcapng(interface() * 1000, packets(GOOD, number=999)), Count(5, True)),
    ("what the interface lost", pcapng(interface(), packets(GOOD), block(5, struct.pack("<III", 0, 0, 0) + option(
        5, struct.pack("<Q", 250)))), Count(5, dropped=250)),
    ("gzip", gzip.compress(pcap(GOOD)), Count(5, True)),
    ("gzip that is cut", gzip.compress(pcap(GOOD * 50))[:-40], Part(None, "", "truncated")),
    ("gzip with a wrong checksum", gzip.compress(pcap(GOOD))[:-8] + bytes(8), Part(5, "")),
    ("a bomb", gzip.compress(header() + bytes(48 << 20)), Part(None, "")),
    ("a compressed text", gzip.compress(b"no capture\n" * 50), Refuse("")),
]


def run(program, path, reports):
    done = subprocess.run([program, "-q", "-o", reports, path], capture_output=True, text=True, timeout=LIMIT_SECONDS)
    rows = {}
    for report in ("capture", "flows", "segments", "events"):
        try:
            with open(os.path.join(reports, report + ".csv"), newline="") as file:
                rows[report] = list(csv.DictReader(file))
        except FileNotFoundError:
            pass
    return done.returncode, done.stderr, rows


def without_format(rows):
    """Reports as they are of the same frames, whatever the file is called and how it is written."""
    rows = {name: [dict(row) for row in report] for name, report in rows.items()}
    for name in ("format", "status_detail", "bytes"):
        for row in rows["capture"]:
            del row[name]
    return rows


def reasons_of(row):
    parts = [part.rsplit("=", 1) for part in row["skipped_reasons"].split(";") if part]
    return {reason: int(count) for reason, count in parts}


def check(expected, code, err, rows, good):
    lines = err.splitlines()
    assert all(line.startswith("deadpeer: ") for line in lines), err
    if isinstance(expected, Refuse):
        assert code == 3 and len(lines) == 1 and expected.said in err and not rows, (code, err, rows)
        return
    assert "capture" in rows, (code, err)
    (row,) = rows["capture"]
    reasons = reasons_of(row)
    assert sum(reasons.values()) == int(row["skipped"]), row
    assert expected.frames in (None, int(row["frames"])), row
    if isinstance(expected, Part):
        assert code == 2 and len(lines) == 1 and row["status"] == expected.status, (code, err, row)
        assert expected.said in row["status_detail"] and row["status_detail"] in err, (err, row)
        return
    assert code == 0 and not lines and row["status"] == "complete", (code, err, row)
    wanted = dict(expected.reasons)
    assert wanted.pop("tcp", None) in (None, int(row["tcp_segments"])), row
    assert str(wanted.pop("dropped", "")) == row["dropped_by_capture"], row
    assert all(reasons.get(reason) == count for reason, count in wanted.items()), (wanted, reasons)
    if expected.same:
        assert without_format(rows) == without_format(good), rows


def no_files(program, folder):
    """What is no file: the system's words."""
    missing = os.path.join(folder, "missing.pcap")
    with socket.socket(socket.AF_UNIX) as listener:
        path = os.path.join(folder, "socket")
        listener.bind(path)
        for name, words in ((missing, "No such file"), (path, ""), ("/dev/null", "")):
            code, err, rows = run(program, name, os.path.join(folder, "none"))
            assert code == 3 and err.count("\n") == 1 and words in err and not rows, (name, code, err)


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "capture")

        def reports_of(data, number):
            with open(path, "wb") as file:
                file.write(data)
            return run(program, path, os.path.join(folder, str(number)))

        good = reports_of(pcap(GOOD), "good")[2]
        assert len(good["flows"]) == 1, good
        wrong = []
        for number, (name, data, expected) in enumerate(CATALOGUE):
            try:
                check(expected, *reports_of(data, number), good)
            except (AssertionError, subprocess.TimeoutExpired) as fault:
                wrong.append(f"{name}: {fault}")
        no_files(program, folder)
        if wrong:
            sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
