"""Two hosts and a router between them, in network namespaces of their own.

    A eth0 10.1.0.2 ---- to_a 10.1.0.1 ROUTER to_b 10.2.0.1 ---- eth0 10.2.0.2 B      (or fd00:1::/64, fd00:2::/64)

The namespaces have no names: each lives as long as an agent in it, and an agent lives as long as the pipe to
this process. So nothing stays behind, whatever happens to the lab.
"""
import json
import os
import subprocess
import sys
import time

AGENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "agent.py")


class LabError(Exception):
    """The lab could not be built, or the kernel did not do what the scenario says it does."""


class Process:
    """A process on a host, driven through its agent. `namespace_of`: whose network it shares; none: a new one."""

    def __init__(self, namespace_of=None):
        enter = ["nsenter", f"--net=/proc/{namespace_of.pid}/ns/net"] if namespace_of else ["unshare", "--net"]
        self.agent = subprocess.Popen([*enter, sys.executable, "-IS", AGENT], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.pid = self._answer("start")

    def call(self, method, **arguments):
        self.agent.stdin.write(json.dumps([method, arguments]) + "\n")
        self.agent.stdin.flush()
        return self._answer(method)

    def _answer(self, method):
        line = self.agent.stdout.readline()
        if not line:
            raise LabError(f"the agent ended during '{method}'")
        answer = json.loads(line)
        if "error" in answer:
            raise LabError(answer["error"])
        return answer["value"]

    def kill(self):
        """kill -9; the kernel closes what the process had open."""
        self.agent.kill()
        self.end()

    def end(self):
        self.agent.stdin.close()
        try:
            self.agent.wait(5)
        except subprocess.TimeoutExpired:
            self.agent.kill()
            self.agent.wait()
        self.agent.stdout.close()


class Machine(Process):
    """A network namespace: its first process, and what one does to it as its administrator."""

    def __init__(self):
        super().__init__()
        self.processes, self.daemons = [], []

    def new_process(self):
        self.processes.append(Process(namespace_of=self))
        return self.processes[-1]

    def start(self, *command):
        """A program that runs on the machine until it ends, or the lab, however that ends."""
        self.daemons.append(subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net=/proc/{self.pid}/ns/net", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return self.daemons[-1]

    def ip(self, *commands):
        self.call("run", command=["ip", "-batch", "-"], text="\n".join(commands))

    def nft(self, text):
        self.call("run", command=["nft", "-f", "-"], text=text)

    def sysctl(self, name, value):
        self.call("sysctl", name=name, value=value)

    def end_all(self):
        for daemon in self.daemons:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()
        for process in [*self.processes, self]:
            if process.agent.returncode is None:
                process.end()


class Router(Machine):
    def rules(self, *forward):
        """Replaces the firewall's rules on forwarded packets; none lets everything through."""
        lines = "\n".join(f"    {rule}" for rule in forward)
        self.nft("table inet path {}\ndelete table inet path\n"
                 "table inet path {\n  chain forward {\n    type filter hook forward priority 0; policy accept;\n"
                 f"{lines}\n  }}\n}}\n")


class Host(Machine):
    """An end system with one interface, eth0."""

    def __init__(self, address, gateway, prefix_length, mac=""):
        super().__init__()
        self.address, self.gateway, self.prefix_length, self.mac = address, gateway, prefix_length, mac

    def configure(self, *flags):
        self.ip(f"address replace {self.address}/{self.prefix_length} dev eth0 {' '.join(flags)}",
                f"route replace default via {self.gateway} dev eth0")

    def announce(self, address):
        """Takes an address besides its own, and says so to its neighbours (gratuitous ARP, unsolicited NA)."""
        self.sysctl("net/ipv4/conf/eth0/arp_notify", 1)
        if ":" in address:
            self.sysctl("net/ipv6/conf/eth0/ndisc_notify", 1)
        self.ip(f"address add {address}/{self.prefix_length} dev eth0{' nodad' if ':' in address else ''}",
                f"link set eth0 address {self.mac}")  # what it has; the kernel tells the neighbours

    def power_off(self):
        """From now on no frame leaves or reaches the host, and its sockets are gone. The link stays up."""
        self.nft("table netdev power {\n"
                 "  chain in { type filter hook ingress device eth0 priority -500; policy drop; }\n"
                 "  chain out { type filter hook egress device eth0 priority 0; policy drop; }\n}\n")
        for process in [self, *self.processes]:
            process.call("vanish")

    def power_on(self):
        """The host boots: its link comes up, its address is announced (ARP) or probed (IPv6 DAD)."""
        family = "ipv6" if ":" in self.address else "ipv4"
        if family == "ipv4":
            self.sysctl("net/ipv4/conf/eth0/arp_notify", 1)
        else:
            self.sysctl("net/ipv6/conf/eth0/accept_dad", 1)
        self.ip("link set eth0 down")
        self.nft("delete table netdev power\n")
        self.ip("link set eth0 up")
        self.configure()


class Network:
    """Use as a context manager: `with Network() as network: network.a ...`."""

    def __init__(self, ipv6=False):
        near, far, length = ("fd00:1::", "fd00:2::", 64) if ipv6 else ("10.1.0.", "10.2.0.", 24)
        self.ipv6, self.length = ipv6, length
        self.machines = []
        try:
            self.router = self._add(Router())
            self.a = self._add(Host(near + "2", near + "1", length))
            self.b = self._add(Host(far + "2", far + "1", length))
            self._wire()
        except BaseException:
            self.close()
            raise

    def _add(self, machine):
        self.machines.append(machine)
        return machine

    def _wire(self):
        for machine in self.machines:
            machine.sysctl("net/ipv6/conf/all/disable_ipv6", 0 if self.ipv6 else 1)
            machine.sysctl("net/ipv6/conf/default/disable_ipv6", 0 if self.ipv6 else 1)
            machine.sysctl("net/ipv6/conf/default/accept_dad", 0)
        self.router.sysctl("net/ipv4/ip_forward", 1)
        self.router.sysctl("net/ipv6/conf/all/forwarding", 1)
        for number, (host, port) in enumerate(((self.a, "to_a"), (self.b, "to_b")), start=1):
            self.router.ip(f"link add {port} address 02:00:00:00:0{number}:01 type veth"
                           f" peer name eth0 address 02:00:00:00:0{number}:02 netns {host.pid}",
                           f"link set {port} up",
                           f"address add {host.gateway}/{self.length} dev {port}")
            host.ip("link set lo up", "link set eth0 up")
            host.configure(*(["nodad"] if self.ipv6 else []))
            host.call("hardware_checksums_off", interface="eth0")
            self.router.call("hardware_checksums_off", interface=port)
            self._keep_neighbours(host, "eth0")
            self._keep_neighbours(self.router, port)

    def add_beside_b(self):
        """Adds host C to B's link, which becomes a switch: `to_b` is a bridge then, and sees the frames of both.

        A capture on `to_b` must start after that.
        """
        c = self._add(Host(self.b.address[:-1] + "3", self.b.gateway, self.length, "02:00:00:00:03:02"))
        for name, value in (("all/disable_ipv6", 0 if self.ipv6 else 1), ("default/accept_dad", 0)):
            c.sysctl(f"net/ipv6/conf/{name}", value)
        self.router.ip("address flush dev to_b", "link set to_b down", "link set to_b name port_b",
                       "link add to_b address 02:00:00:00:02:01 type bridge",
                       "link add port_c address 02:00:00:00:03:01 type veth"
                       f" peer name eth0 address {c.mac} netns {c.pid}",
                       *(f"link set port_{each} master to_b" for each in "bc"),
                       *(f"link set {each} up" for each in ("port_b", "port_c", "to_b")),
                       f"address add {self.b.gateway}/{self.length} dev to_b{' nodad' if self.ipv6 else ''}")
        c.ip("link set lo up", "link set eth0 up")
        c.configure(*(["nodad"] if self.ipv6 else []))
        for machine, interface in ((c, "eth0"), (self.router, "port_c"), (self.router, "to_b")):
            machine.call("hardware_checksums_off", interface=interface)
        self._keep_neighbours(c, "eth0")
        self._keep_neighbours(self.router, "to_b")
        return c

    def _keep_neighbours(self, machine, interface):
        """A neighbour once found stays good, so that a router's ICMP comes only where a scenario wants it."""
        family = "ipv6" if self.ipv6 else "ipv4"
        machine.sysctl(f"net/{family}/neigh/{interface}/base_reachable_time_ms", 3_600_000)

    def close(self):
        for machine in reversed(self.machines):
            machine.end_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def wait_until(condition, seconds, failure):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(failure)
        time.sleep(0.02)
