"""Frames and captures made to measure."""
import struct

from labs.wire import MAC_A

STRANGER = "02:00:00:00:00:99"  # nobody's address: kernels look away, a promiscuous capture does not
SYN, RST, PSH, ACK = 0x02, 0x04, 0x08, 0x10


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


ETHERNET = mac(STRANGER) + mac(MAC_A) + b"\x08\x00"
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def record(frame, number=0):
    """One record; the times are a microsecond apart and mean nothing."""
    return struct.pack("<IIII", 1 + number // 1_000_000, number % 1_000_000, len(frame), len(frame)) + frame


def tcp_frame(source, source_port, destination, port, seq, ack, flags, payload=b"", window=500):
    """Addresses are numbers. The checksums are 0: network cards compute them later than captures see them."""
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0, source, destination)
    tcp = struct.pack(">HHIIBBHHH", source_port, port, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, window, 0, 0)
    return ETHERNET + ip + tcp + payload


def conversations(packets, flows=1000):
    """Data and ACKs of many connections, in turn."""
    for number in range(packets):
        flow, turn = number % flows, number // flows
        near, far = 0x0B000001 + flow, 0x0C000001
        if turn % 2 == 0:
            yield tcp_frame(near, 40000, far, 9000, 1 + 20 * (turn // 2), 1, ACK | PSH, b"x" * 20)
        else:
            yield tcp_frame(far, 9000, near, 40000, 1, 21 + 20 * (turn // 2), ACK)


def write_conversations(path, packets):
    with open(path, "wb") as file:
        file.write(FILE_HEADER)
        file.write(b"".join(record(frame, number) for number, frame in enumerate(conversations(packets))))


def write_syn_flood(path, flows):
    """One SYN each of as many connections, of which only the source address differs."""
    whole = record(tcp_frame(0, 40000, 0x0C000001, 443, 1, 0, SYN))
    at = 16 + 14 + 12  # where the source address is in the record
    before, after, address = whole[:at], whole[at + 4:], struct.Struct(">I")
    with open(path, "wb") as file:
        file.write(FILE_HEADER)
        file.write(b"".join(before + address.pack(0x0E000000 + number) + after for number in range(flows)))
