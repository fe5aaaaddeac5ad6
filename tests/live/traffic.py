"""Frames sent through a wire: captures by tcpreplay, as fast as it goes, or each frame by itself."""
import os
import socket
import subprocess
import time

from labs.wire import network_of

STORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "testdata", "host_rebooted_met_by_probe",
                     "capture.pcap")


class Traffic:
    """A stored capture with many findings, reboots and resets, again and again; it comes out of the machine's eth0 until the
    `with` block ends."""

    def __init__(self, machine, frames_per_s=2000):
        self.command = ["nsenter", f"--net=/proc/{machine.pid}/ns/net", "tcpreplay", "--quiet", "--preload-pcap",
                        "--loop=0", f"--pps={frames_per_s}", "-i", "eth0", STORY]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def replay(machine, capture, speed="--topspeed"):
    """Sends the capture out of the machine's eth0, as fast as it goes if nothing else is said."""
    done = subprocess.run(["nsenter", f"--net=/proc/{machine.pid}/ns/net", "tcpreplay", "--quiet", speed,
                           "--preload-pcap", "-i", "eth0", capture], check=True, capture_output=True, text=True)
    print(done.stdout.splitlines()[1].strip())


def send_each(machine, frames, per_s):
    """Sends them out of the machine's eth0. Some versions of tcpreplay leave out the last frames: this does not."""
    with network_of(machine.pid):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    with wire:
        wire.bind(("eth0", 0))
        start = time.monotonic()
        for number, frame in enumerate(frames):
            ahead = number / per_s - (time.monotonic() - start)
            if ahead > 0.01:
                time.sleep(ahead)
            wire.send(frame)
