"""A host's address as a lease: a DHCP server on the router, a client on the host."""
import os
import signal
import tempfile

from labs.network import wait_until


class Lease:
    """The client writes a line for each answer of the server; it sets no address, as the host has its own."""

    def __init__(self, router, host):
        self.folder = tempfile.TemporaryDirectory(prefix="lab-dhcp-")
        self.log = os.path.join(self.folder.name, "answers")
        script = os.path.join(self.folder.name, "script")
        with open(script, "w", encoding="ascii") as file:
            file.write(f'#!/bin/sh\necho "$1 $ip" >>{self.log}\n')
        os.chmod(script, 0o755)
        router.start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=to_b",
                     "--bind-interfaces", "--leasefile-ro", "--no-ping", "--user=root", f"--pid-file={script}.pid",
                     f"--dhcp-range={host.address},{host.address},2m")
        wait_until(lambda: is_served(router.pid), 10, "the DHCP server did not start")
        self.client = host.start("udhcpc", "-f", "-i", "eth0", "-r", host.address, "-s", script, "-t", "20", "-T", "1")
        self._wait_for(f"bound {host.address}")
        self.address = host.address

    def renew(self):
        self.client.send_signal(signal.SIGUSR1)
        self._wait_for(f"renew {self.address}")

    def _wait_for(self, line):
        wait_until(lambda: os.path.exists(self.log) and line in open(self.log, encoding="ascii").read(), 10,
                   f"DHCP: no '{line}'")


def is_served(pid):
    """A UDP socket of the process's network namespace is bound to port 67."""
    with open(f"/proc/{pid}/net/udp", encoding="ascii") as file:
        return any(line.split()[1].endswith(f":{67:04X}") for line in file.readlines()[1:])
