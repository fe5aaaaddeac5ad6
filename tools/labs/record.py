"""Plays one scenario, watched, and puts capture, truth and README into its folder."""
import contextlib
import os
import platform
import re
import shutil
import tempfile
import textwrap

from labs import capture, truth
from labs.network import LabError
from labs.scenario import laboratory

SETTLE_S = 0.3  # what the kernel still answers after a story's last act


class Recorder:
    """The watchers of one scenario, all started at once and all stopped at the end."""

    def __init__(self, folder, capture_command):
        self.folder, self.capture_command = folder, capture_command
        self.watchers = []

    def start(self, network, wanted):
        for point, name in ((wanted.watch, "capture.pcap"), (wanted.far, "capture_far.pcap")):
            if point:
                self.watchers.append(capture.start_tcpdump(network, point, os.path.join(self.folder, name),
                                                           wanted.snap_length, wanted.capture_filter))
        if self.capture_command:
            self.watchers.append(capture.start_command(network, wanted.watch, self.capture_command, self.folder))

    def stop(self):
        for watcher in self.watchers:
            watcher.stop()
        for watcher in self.watchers:
            if watcher.command[0] == "tcpdump":
                capture.check_nothing_dropped(watcher)

    def kill(self):
        for watcher in self.watchers:
            watcher.kill()


def record(wanted, out, capture_command=""):
    """Plays `wanted` and fills OUT/NAME, which is touched only when all went well."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, contextlib.ExitStack() as stack:
        recorder = Recorder(folder, capture_command)
        stack.callback(recorder.kill)
        with laboratory(wanted, recorder.start) as lab:
            if not wanted.late:
                lab.start_capture()
            wanted.play(lab)
            lab.sleep(SETTLE_S)
            recorder.stop()
        write_words(wanted, lab.truth, folder)
        os.chmod(folder, 0o755)
        shutil.copytree(folder, os.path.join(out, wanted.name), dirs_exist_ok=True)


def write_words(wanted, told, folder):
    if not told.near or bool(told.far) != bool(wanted.far):
        raise LabError(f"{wanted.name} does not say what is true of its captures")
    truth.write(os.path.join(folder, "truth.csv"), told.near)
    if told.far:
        truth.write(os.path.join(folder, "truth_far.csv"), told.far)
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write(readme(wanted))


WHERE = {"a": "on host A's interface", "b": "on host B's interface", "router_a": "on the router's interface to A",
         "router_b": "on the router's interface to B"}


def readme(wanted):
    title, _, text = wanted.text.partition("\n")
    near, far = ("fd00:1::2", "fd00:2::2") if wanted.ipv6 else ("10.1.0.2", "10.2.0.2")
    kernel = re.match(r"[\d.]*\d", platform.release()).group()
    how = (f"A is {near}, B is {far}; a router stands between them. `capture.pcap` was taken {WHERE[wanted.watch]}"
           + (f", `capture_far.pcap` {WHERE[wanted.far]}" if wanted.far else "")
           + (f", with the filter `{wanted.capture_filter}`" if wanted.capture_filter else "")
           + f": IPv{6 if wanted.ipv6 else 4}, up to {wanted.snap_length} bytes of each frame, nanosecond times."
           + " `truth.csv` says what is true of each connection (columns: `tools/labs/truth.py`)"
           + (", `truth_far.csv` what the far capture shows of it." if wanted.far else "."))
    made = f"Made by `tools/lab {wanted.name}` from the TCP of Linux {kernel}."
    paragraphs = [f"# {title.rstrip('.')}", text.strip(), textwrap.fill(how, 119, break_on_hyphens=False), made]
    return "\n\n".join(paragraphs) + "\n"
