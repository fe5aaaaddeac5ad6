"""Many packets: none is lost, and a flood does not hide a death."""
import os
import signal
import time

from rig import main

from labs.report_files import read
from labs.scenario import Lab
from labs.wire import FrameCounter, Wire
from packets import write_conversations, write_syn_flood
from traffic import replay

PACKETS = 200_000
SENT = 0.9  # of a capture, at least: some versions of tcpreplay leave out the last frames
FLOWS = 1_000_000
CAP_MIB = 256  # the default of --memory
SMALL_CAP_MIB = 32
MIB = 1024     # KiB


def full_rate(rig):
    """200,000 packets at the full rate of tcpreplay into a buffer of 16 MiB: 0 drops, all accounted for."""
    capture = os.path.join(rig.folder, "conversations.pcap")
    write_conversations(capture, PACKETS)
    with Wire() as wire:
        program = rig.start(wire.a, "--buffer-size", "16MB", "--interval", "1")
        counter = FrameCounter(wire.a)
        replay(wire.b, capture)
        assert program.stop() == 0
        shown = counter.frames()
    [told] = read(program.reports, "capture")
    assert SENT * PACKETS <= shown <= PACKETS
    assert (int(told["frames"]), int(told["tcp_segments"])) == (shown, shown), told
    assert told["dropped_by_capture"] == "0", told
    assert len(read(program.reports, "flows")) == 1000


def syn_flood(rig):
    """A million half-open connections; an idle one with keepalive was there before, and its peer dies meanwhile."""
    capture = os.path.join(rig.folder, "flood.pcap")
    write_syn_flood(capture, FLOWS)
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "2")
        counter = FrameCounter(wire.a)
        link = lab.connect(opener_options={"keepalive": (2, 1, 9)})
        link.talk()
        replay(wire.b, capture)
        lab.power_off(wire.b)
        lab.sleep(4.5)
        link.initiator.vanish()
        lab.sleep(2.5)
        events = read(program.reports, "events")  # told while it runs, not at the end
        peak = program.memory_kib("VmHWM")
        start = time.monotonic()
        assert program.stop() == 0
        print(f"ended after {time.monotonic() - start:.1f} s")
        shown = counter.frames()
    [told] = read(program.reports, "capture")
    print(f"most memory {peak / MIB:.1f} MiB; {told['frames']} of {shown} frames, {told['dropped_by_capture']} dropped")
    assert int(told["frames"]) + int(told["dropped_by_capture"]) == shown, told
    deaths = [row for row in events if row["event"] == "peer_dead"]
    assert [(row["subject"], row["subject_port"]) for row in deaths] == [(wire.b.address, "9000")], events
    assert peak < (CAP_MIB + 16) * MIB, f"{peak} KiB at most"


def syn_flood_with_little_memory(rig):
    """The ring, the reports and the frames that wait take less where --memory is small."""
    capture = os.path.join(rig.folder, "flood.pcap")
    write_syn_flood(capture, FLOWS // 2)
    with Wire() as wire:
        program = rig.start(wire.a, "--interval", "1", "--memory", f"{SMALL_CAP_MIB}MB")
        before = program.memory_kib("VmHWM")
        replay(wire.b, capture)
        time.sleep(3)
        peak = program.memory_kib("VmHWM")
        assert program.stop() == 0
    print(f"most memory {peak / MIB:.1f} MiB, {before / MIB:.1f} MiB of it before the flood")
    assert peak < before + SMALL_CAP_MIB * MIB, f"{peak} KiB at most"


def few_frames_while_stopped(rig):
    """The program is stopped for ten seconds: few frames find room in the ring, however small it is."""
    capture = os.path.join(rig.folder, "conversations.pcap")
    write_conversations(capture, 500)
    with Wire() as wire:
        programs = [rig.start(wire.a, *options, name=f"run{i}")
                    for i, options in enumerate([(), ("--memory", "16MB"), ("--buffer-size", "1MB")])]
        counter = FrameCounter(wire.a)
        for program in programs:
            program.send(signal.SIGSTOP)
        replay(wire.b, capture, "--pps=50")
        for program in programs:
            program.send(signal.SIGCONT)
        time.sleep(1)
        assert [program.stop() for program in programs] == [0, 0, 0]
        shown = counter.frames()
    assert SENT * 500 <= shown <= 500
    for program in programs:
        [told] = read(program.reports, "capture")
        assert (int(told["tcp_segments"]), told["dropped_by_capture"]) == (shown, "0"), told


if __name__ == "__main__":
    main(full_rate, syn_flood, syn_flood_with_little_memory, few_frames_while_stopped)
