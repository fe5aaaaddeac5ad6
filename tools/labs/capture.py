"""Who watches: tcpdump at a point of the network, and, if wanted, a command of the user's beside it.

Points: `a`, `b` (the hosts' own interfaces), `router_a`, `router_b` (the router's interface to that host).
"""
import os
import shlex
import signal
import subprocess
import time

from labs.network import LabError, wait_until

POINTS = {"a": ("a", "eth0"), "b": ("b", "eth0"), "router_a": ("router", "to_a"), "router_b": ("router", "to_b")}


class Watcher:
    """One capturing process. It is ready when it has said so, and its packet socket listens."""

    def __init__(self, machine, command, log, ready_word=""):
        self.command, self.log = command, log
        before = listening_sockets(machine.pid)
        with open(log, "wb") as out:
            # pdeathsig: even a killed lab leaves no tcpdump behind.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net=/proc/{machine.pid}/ns/net", *command],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: self.process.poll() is not None
                       or listening_sockets(machine.pid) > before and ready_word in self.output(), 10,
                       f"'{command[0]}' opened no capture within 10 s")
            time.sleep(0.2)  # it may still be setting its filter
            if self.process.poll() is not None:
                raise LabError(f"'{' '.join(command)}' ended at once: {self.output()}")
        except BaseException:
            self.kill()
            raise

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise LabError(f"'{' '.join(self.command)}' did not end on SIGINT") from None

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def output(self):
        with open(self.log, errors="replace") as file:
            return file.read().strip()


def listening_sockets(pid):
    """Packet sockets of the process's namespace that are bound and running (column R)."""
    with open(f"/proc/{pid}/net/packet") as file:
        return sum(line.split()[5] == "1" for line in file.readlines()[1:])


def start_tcpdump(network, point, path, snap_length, capture_filter):
    name, interface = POINTS[point]
    command = ["tcpdump", "-i", interface, "-w", path, "-s", str(snap_length), "-Z", "root", "-n", "-U",
               "--immediate-mode", "--time-stamp-precision=nano"]
    return Watcher(getattr(network, name), command + shlex.split(capture_filter), path + ".log",
                   ready_word="listening on")


def start_command(network, point, template, folder):
    """`template`: shell words with {interface} and {directory} in them."""
    name, interface = POINTS[point]
    words = [word.format(interface=interface, directory=folder) for word in shlex.split(template)]
    return Watcher(getattr(network, name), words, os.path.join(folder, "capture_command.log"))


def check_nothing_dropped(watcher):
    """tcpdump's last words must say that the kernel dropped nothing; then they are not kept."""
    if "\n0 packets dropped by kernel" not in watcher.output():
        raise LabError(f"tcpdump lost packets: {watcher.output()}")
    os.remove(watcher.log)
