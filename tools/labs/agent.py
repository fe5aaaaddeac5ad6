"""The hands of one process on a lab host.

What:   started inside the host's network namespace; reads one JSON request a line from stdin, `[method,
        {arguments}]`, does it, answers one JSON line: `{"value": ...}` or `{"error": "..."}`.
Life:   ends when stdin ends, so it never outlives the lab, however that ended. The namespace of the
        host lives exactly as long as its agents.
Bytes:  payload travels as Latin-1 text. Sockets are known by small numbers.
"""
import errno
import json
import os
import socket
import struct
import subprocess
import sys

TIMEOUT_S = 10
TCP_REPAIR = 19  # linux/tcp.h; a socket closed in repair mode disappears without a packet


class Hands:
    def __init__(self):
        self.sockets = {}

    def keep(self, new):
        new.settimeout(TIMEOUT_S)
        handle = max(self.sockets, default=0) + 1
        self.sockets[handle] = new
        return handle

    def listen(self, address, port, options):
        listener = socket.socket(family_of(address))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if "receive_buffer" in options:  # the window scale is settled by the handshake
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receive_buffer"])
        listener.bind((address, port))
        listener.listen(64)
        return self.keep(listener)

    def accept(self, handle, options):
        accepted, _ = self.sockets[handle].accept()
        apply(accepted, options)
        return self.keep(accepted)

    def connect(self, address, port, to_address, to_port, options, wait=True):
        new = socket.socket(family_of(address))
        new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        apply(new, options)
        new.bind((address, port))
        handle = self.keep(new)
        if wait:
            new.connect((to_address, to_port))
        else:
            new.setblocking(False)
            new.connect_ex((to_address, to_port))
            new.settimeout(TIMEOUT_S)
        return handle

    def send(self, handle, payload):
        self.sockets[handle].sendall(payload.encode("latin-1"))

    def receive(self, handle, size):
        got = b""
        while len(got) < size:
            part = self.sockets[handle].recv(size - len(got))
            if not part:
                break
            got += part
        return got.decode("latin-1")

    def fill(self, handle):
        """Sends until the socket takes no more; says how many bytes went in."""
        sock, sent = self.sockets[handle], 0
        sock.setblocking(False)
        try:
            while True:
                sent += sock.send(b"x" * 1000)
        except BlockingIOError:
            return sent
        finally:
            sock.settimeout(TIMEOUT_S)

    def pending_error(self, handle):
        """The name of the error the kernel holds for the application, or an empty text."""
        number = self.sockets[handle].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return errno.errorcode[number] if number else ""

    def state(self, handle):
        """The first byte of struct tcp_info: 1 established, 7 closed."""
        return self.sockets[handle].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]

    def close(self, handle):
        self.sockets.pop(handle).close()

    def abort(self, handle):
        sock = self.sockets.pop(handle)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    def vanish(self, handle=None):
        """Forgets one socket, or all of them, as a power cut would."""
        for each in [handle] if handle else list(self.sockets):
            sock = self.sockets.pop(each)
            if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            sock.close()

    def datagram(self, to_address, to_port):
        with socket.socket(family_of(to_address), socket.SOCK_DGRAM) as sender:
            sender.sendto(b"still here", (to_address, to_port))

    def inject(self, to_address, packet):
        """Sends a hand-made IPv4 packet."""
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            raw.sendto(packet.encode("latin-1"), (to_address, 0))

    def sequence(self, handle):
        """SND.NXT and RCV.NXT of a quiet connection, read through repair mode."""
        sock, numbers = self.sockets[handle], {}
        sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        for queue, name in ((1, "receive"), (2, "send")):  # TCP_RECV_QUEUE, TCP_SEND_QUEUE
            sock.setsockopt(socket.IPPROTO_TCP, 20, queue)  # TCP_REPAIR_QUEUE
            numbers[name] = sock.getsockopt(socket.IPPROTO_TCP, 21) & 0xFFFFFFFF  # TCP_QUEUE_SEQ
        sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, -1)  # off, without a window probe
        return numbers

    def hardware_checksums_off(self, interface):
        """Makes the sender compute checksums, so that captures show what a wire would carry."""
        import ctypes
        import fcntl
        value = ctypes.create_string_buffer(struct.pack("II", 0x17, 0))  # ETHTOOL_STXCSUM
        request = struct.pack("16sP", interface.encode(), ctypes.addressof(value))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, 0x8946, request.ljust(40, b"\0"))  # SIOCETHTOOL

    def forget_connections(self):
        """Empties the table of tracked connections, as `conntrack --flush` does."""
        delete = struct.pack("=IHHIIBBH", 20, 1 << 8 | 2, 0x5, 1, 0, 0, 0, 0)  # IPCTNL_MSG_CT_DELETE, acknowledged
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as kernel:  # NETLINK_NETFILTER
            kernel.settimeout(TIMEOUT_S)
            kernel.send(delete)
            failed = struct.unpack_from("=i", kernel.recv(4096), 16)[0]
        if failed:
            raise OSError(-failed, os.strerror(-failed))

    def sysctl(self, name, value):
        with open("/proc/sys/" + name, "w") as file:
            file.write(str(value))

    def run(self, command, text=""):
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=TIMEOUT_S)
        if done.returncode:
            raise OSError(f"{' '.join(command)}: {done.stderr.strip()}\n{text}")
        return done.stdout


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def apply(sock, options):
    if "keepalive" in options:
        idle, interval, count = options["keepalive"]
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, count)
    if "user_timeout_ms" in options:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, options["user_timeout_ms"])
    if "send_buffer" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, options["send_buffer"])


def main():
    hands = Hands()
    print(json.dumps({"value": os.getpid()}), flush=True)
    for line in sys.stdin:
        method, arguments = json.loads(line)
        try:
            answer = {"value": getattr(hands, method)(**arguments)}
        except (OSError, subprocess.SubprocessError) as failure:
            answer = {"error": f"{method}: {failure}"}
        print(json.dumps(answer), flush=True)
    os._exit(0)


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(1)
