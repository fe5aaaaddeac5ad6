"""Packets made by hand, for what no kernel sends by itself."""
import socket
import struct

SYN, RST = 0x02, 0x04


def tcp_packet(source, destination, sequence, flags, window=0):
    """An IPv4 packet with a TCP segment without data (RFC 791, RFC 9293), as text for an agent's `inject`."""
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40, 1, 0, 64, socket.IPPROTO_TCP, 0) + addresses
    tcp = struct.pack(">HHIIBBHHH", source[1], destination[1], sequence & 0xFFFFFFFF, 0, 0x50, flags, window, 0, 0)
    total = sum(struct.unpack(">16H", addresses + struct.pack(">HH", socket.IPPROTO_TCP, len(tcp)) + tcp))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (ip + tcp[:16] + struct.pack(">H", total ^ 0xFFFF) + tcp[18:]).decode("latin-1")
