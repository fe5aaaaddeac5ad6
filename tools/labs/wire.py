"""Two hosts and the wire between them, in network namespaces of their own.

    A eth0 10.9.0.1 ---- eth0 10.9.0.2 B

Nothing but what a test sends is on the wire: no IPv6, and no ARP either, as each host knows the other's address.
The namespaces end with this process (labs.network).
"""
import contextlib
import ctypes
import socket
import struct

from labs.network import Host

ADDRESS_A, ADDRESS_B = "10.9.0.1", "10.9.0.2"
MAC_A, MAC_B = "02:00:00:00:0a:01", "02:00:00:00:0b:01"


class Wire:
    """Use as a context manager. With `labs.scenario.Lab(wire, None)` connections are made as in scenarios."""

    router = None

    def __init__(self):
        self.machines = []
        try:
            self.a = self._add(Host(ADDRESS_A, ADDRESS_B, 24))
            self.b = self._add(Host(ADDRESS_B, ADDRESS_A, 24))
            for machine in self.machines:
                machine.sysctl("net/ipv6/conf/all/disable_ipv6", 1)
                machine.sysctl("net/ipv6/conf/default/disable_ipv6", 1)
                machine.ip("link set lo up")
            self.connect()
        except BaseException:
            self.close()
            raise

    def _add(self, machine):
        self.machines.append(machine)
        return machine

    def connect(self):
        """Makes the two interfaces; also anew, after one was deleted."""
        self.a.ip(f"link add eth0 address {MAC_A} type veth peer name eth0 address {MAC_B} netns {self.b.pid}")
        for host, other, mac in ((self.a, self.b, MAC_B), (self.b, self.a, MAC_A)):
            host.call("hardware_checksums_off", interface="eth0")
            self.configure(host, other, mac)

    @staticmethod
    def configure(host, other, mac):
        host.ip("link set eth0 up", f"address replace {host.address}/{host.prefix_length} dev eth0",
                f"neighbour replace {other.address} lladdr {mac} dev eth0 nud permanent")

    def close(self):
        for machine in reversed(self.machines):
            machine.end_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class FrameCounter:
    """Counts the frames that the kernel shows to packet sockets on an interface of a machine, exactly.

    A socket that nobody reads: its statistics count what it took and what it had no room for.
    """

    SOL_PACKET, PACKET_STATISTICS = 263, 6

    def __init__(self, machine, interface="eth0"):
        with network_of(machine.pid):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.bind((interface, 3))  # ETH_P_ALL
        self.total = 0

    def frames(self):
        self.total += struct.unpack("II", self.socket.getsockopt(self.SOL_PACKET, self.PACKET_STATISTICS, 8))[0]
        return self.total

    def close(self):
        self.socket.close()


@contextlib.contextmanager
def network_of(pid):
    """What this thread opens meanwhile is in the process's network namespace."""
    with open("/proc/thread-self/ns/net") as home, open(f"/proc/{pid}/ns/net") as there:
        enter(there)
        try:
            yield
        finally:
            enter(home)


def enter(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace.fileno(), 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")
