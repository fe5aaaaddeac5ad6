"""A scenario is a function that plays one story on a Lab and says what is true of each connection.

Its name is the symptom and the folder of the capture; its doc string is the README's text. Modules of
`labs/scenarios` register theirs with the decorator below.
"""
import contextlib
import dataclasses
import inspect
import time
from typing import Callable

from labs.connection import Connection, Socket
from labs.dhcp import Lease
from labs.network import LabError, Network
from labs.truth import Truth

SCENARIOS = {}


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    text: str                 # what happened, first line a title
    play: Callable
    ipv6: bool = False
    watch: str = "a"          # the capture's point (capture.POINTS); "far" is a second one
    far: str = ""
    snap_length: int = 128
    capture_filter: str = ""  # as for tcpdump
    late: bool = False        # the scenario itself says when the capture starts
    programs: tuple = ()      # that not every scenario needs


def scenario(also_ipv6=False, **settings):
    """Registers a function under its name; with `also_ipv6` a second time as NAME_ipv6."""

    def register(play):
        text = inspect.cleandoc(play.__doc__)
        SCENARIOS[play.__name__] = Scenario(play.__name__, text, play, **settings)
        if also_ipv6:
            name = play.__name__ + "_ipv6"
            SCENARIOS[name] = Scenario(name, text, play, ipv6=True, **settings)
        return play

    return register


class Lab:
    """What a scenario plays with: hosts `a` and `b`, the `router` between them, and the truth."""

    def __init__(self, network, start_capture):
        self.network, self.start_capture = network, start_capture
        self.a, self.b, self.router = network.a, network.b, network.router
        self.hosts = [self.a, self.b]
        self.truth = Truth()
        self._listeners = {}
        self._next_port = 40001

    def connect(self, opener=None, server=None, port=9000, from_address="", from_port=0, opener_options=None,
                server_options=None, to_address=""):
        """Opens a connection; by default from A to B, between the hosts' first processes.

        Options: keepalive=(idle s, interval s, count), user_timeout_ms, receive_buffer, send_buffer.
        """
        opener, server = opener or self.a, server or self.b
        address = to_address or self._host_of(server).address
        from_address = from_address or self._host_of(opener).address
        listener = self.listen(server, port, server_options or {}, address)
        if not from_port:
            from_port, self._next_port = self._next_port, self._next_port + 1
        number = opener.call("connect", address=from_address, port=from_port, to_address=address, to_port=port,
                             options=opener_options or {})
        accepted = server.call("accept", handle=listener, options=server_options or {})
        return Connection((from_address, from_port), (address, port), Socket(opener, number),
                          Socket(server, accepted))

    def listen(self, process, port, options=None, address=""):
        """The process's listening socket on that port, opened when it is first asked for."""
        address = address or self._host_of(process).address
        if (process, port, address) not in self._listeners:
            self._listeners[process, port, address] = process.call("listen", address=address, port=port,
                                                                   options=options or {})
        return self._listeners[process, port, address]

    def power_off(self, host):
        host.power_off()
        self._listeners = {key: value for key, value in self._listeners.items()
                           if key[0] is not host and key[0] not in host.processes}

    def add_beside_b(self):
        """Host C on B's link. A capture at the router must start after that."""
        self.hosts.append(self.network.add_beside_b())
        return self.hosts[-1]

    def start_dhcp(self):
        """B gets a lease of its own address from the router; returns it, to be renewed."""
        return Lease(self.router, self.b)

    def wait_visibly(self, seconds):
        """Sleeps; then a datagram from A to the router shows that the capture was still running."""
        self.sleep(seconds)
        self.a.call("datagram", to_address=self.a.gateway, to_port=9)

    def _host_of(self, process):
        return next(host for host in self.hosts if process is host or process in host.processes)

    @staticmethod
    def sleep(seconds):
        time.sleep(seconds)

    @staticmethod
    def expect(found, wanted, what):
        """The kernel must have seen what the truth says."""
        if found != wanted:
            raise LabError(f"{what}: expected {wanted!r}, found {found!r}")


@contextlib.contextmanager
def laboratory(wanted, start_capture):
    """The network of a scenario, ready to be played: `wanted.play(lab)`.

    start_capture(network, wanted) is called as soon as the scenario wants to be watched, once.
    """
    with Network(wanted.ipv6) as network:
        yield Lab(network, lambda: start_capture(network, wanted))
