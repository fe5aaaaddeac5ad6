"""What can happen to an interface: it goes down, vanishes, is renamed or moved, or was never there."""
import datetime
import os
import signal
import time

from rig import main

from labs.network import Machine, wait_until
from labs.report_files import periods, read
from labs.scenario import Lab
from labs.wire import MAC_B, Wire

QUICK_S = 2  # an interface that is gone ends the run within this time
MUTE = "table netdev mute { chain in { type filter hook ingress device eth0 priority -500; policy drop; }; }\n"


def flows(program):
    return [(row["initiator_port"], row["verdict"]) for row in read(program.reports, "flows")]


def gaps(program):
    return [row for row in read(program.reports, "events") if row["event"] == "capture_gap"]


def seconds_between(begun, over):
    # datetime knows microseconds at most.
    times = [datetime.datetime.fromisoformat(row["time_utc"][:26]) for row in (begun, over)]
    return (times[1] - times[0]).total_seconds()


def ends_with_reports(program, link):
    """The interface is gone: exit code 5 in time, with complete reports."""
    start = time.monotonic()
    assert program.wait() == 5, program.text("stderr")
    took = time.monotonic() - start
    assert took < QUICK_S, f"it ended {took:.1f} s later"
    assert flows(program) == [(str(link.initiator_end[1]), "alive")], flows(program)
    [told] = read(program.reports, "capture")
    assert int(told["frames"]) >= 7 and told["file"] == "eth0", told
    assert "eth0" in program.text("stderr")
    [gone] = gaps(program)
    assert gone["explanation"].startswith("Interface eth0 is down or gone"), gone


def outage(lab, wire, muted, down):
    """B hears nothing; after a while the link is down, too, until both are as before, with time for a probe."""
    wire.b.nft(MUTE)
    lab.sleep(muted)
    wire.a.ip("link set eth0 down")
    lab.sleep(down)
    wire.b.nft("delete table netdev mute\n")
    wire.configure(wire.a, wire.b, MAC_B)
    lab.sleep(2.5)


def down_and_up(rig):
    """Two probes go unanswered, then the link is down while B recovers: nobody died, and the run goes on."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1")
        link = lab.connect(opener_options={"keepalive": (1, 1, 9)})
        link.talk()
        outage(lab, wire, muted=2.4, down=3)
        lab.connect().talk()
        lab.sleep(0.7)
        lab.expect(link.initiator.is_established(), True, "the connection survives")
        assert program.stop() == 0, program.text("stderr")
    events = [row["event"] for row in read(program.reports, "events")]
    assert "capture_gap" in events and "peer_recovered" in events and "peer_dead" not in events, events
    begun, over = gaps(program)
    assert all(gap["reason"] == "link_down" and gap["stream"] == "" for gap in (begun, over)), (begun, over)
    assert all(gap["explanation"].startswith("Interface eth0 is ") for gap in (begun, over)), (begun, over)
    assert 3 <= seconds_between(begun, over) < 4 and " for 3" in over["explanation"], (begun, over)
    assert "capture: Interface eth0 is back, after " in program.text("stdout"), program.text("stdout")
    assert flows(program)[0] == ("40001", "alive") and len(flows(program)) == 2, flows(program)


def deleted(rig):
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1")
        link = lab.connect()
        link.talk()
        wire.a.ip("link delete eth0")
        ends_with_reports(program, link)


def killed_while_down(rig):
    """That the link is down is in the reports at once, also of the period that ends meanwhile."""
    with Wire() as wire:
        program = rig.start(wire.a, "--interval", "1")
        Lab(wire, None).connect().talk()
        wire.a.ip("link set eth0 down")
        wait_until(lambda: gaps(program), QUICK_S, "nothing is said of the link")
        program.send(signal.SIGHUP)
        wait_until(lambda: periods(program.reports), QUICK_S, "no period was closed")
        program.process.kill()
    [past] = periods(program.reports)
    assert [row["event"] for row in read(past, "events")] == ["capture_gap"]


def moved_to_another_namespace(rig):
    with Wire() as wire:
        elsewhere = Machine()
        wire.machines.append(elsewhere)
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1")
        link = lab.connect()
        link.talk()
        lab.sleep(0.8)
        wire.a.ip(f"link set eth0 netns {elsewhere.pid}")
        ends_with_reports(program, link)


def deleted_and_made_again(rig):
    """With --wait-for-interface the run goes on when the interface is there again."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1", "--wait-for-interface")
        lab.connect().talk()
        for _ in range(2):
            wire.a.ip("link delete eth0")
            lab.sleep(1)
            wire.connect()
            lab.sleep(1)
            lab.connect().talk()
        lab.sleep(0.8)
        assert program.stop() == 0, program.text("stderr")
    assert [port for port, _ in flows(program)] == ["40001", "40002", "40003"], flows(program)
    assert len(gaps(program)) == 4, gaps(program)


def binder_late(rig):
    """Who binds does not answer for a while: that is told, it is tried again, and what comes late does no harm."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1", "--wait-for-interface")
        lab.connect().talk()
        [binder] = program.children()
        os.kill(binder, signal.SIGSTOP)
        wire.a.ip("link delete eth0")
        wire.connect()
        wait_until(lambda: "that is tried every second" in program.text("stderr"), 5, "nothing was said")
        os.kill(binder, signal.SIGCONT)
        for count in (1, 2):
            wait_until(lambda: program.text("stderr").count("eth0 is back after") == count, 5, "it is not back")
            lab.connect().talk()
            wire.a.ip("link delete eth0")
            lab.sleep(1)
            wire.connect()
        lab.sleep(0.8)
        assert program.stop() == 0, program.text("stderr")
    assert [port for port, _ in flows(program)] == ["40001", "40002", "40003"], flows(program)


def binder_gone(rig):
    """Who binds has ended: nothing can be captured from an interface that is back, and that ends the run."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1", "--wait-for-interface")
        link = lab.connect()
        link.talk()
        lab.sleep(0.8)
        os.kill(program.children()[0], signal.SIGKILL)
        wire.a.ip("link delete eth0")
        lab.sleep(1)
        assert program.process.poll() is None, program.text("stderr")
        wire.connect()
        ends_with_reports(program, link)
    assert "the process that binds" in program.text("stderr"), program.text("stderr")


def renamed(rig):
    """The interface keeps its number, so the run goes on."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1")
        lab.connect().talk()
        wire.a.ip("link set eth0 down", "link set eth0 name other0", "link set other0 up",
                  f"address replace {wire.a.address}/24 dev other0",
                  f"neighbour replace {wire.b.address} lladdr {MAC_B} dev other0 nud permanent")
        lab.sleep(0.5)
        lab.connect().talk()
        lab.sleep(0.8)
        assert program.stop() == 0, program.text("stderr")
    assert [port for port, _ in flows(program)] == ["40001", "40002"], flows(program)
    assert "other0" in program.text("stderr"), program.text("stderr")


def refused(rig):
    """Not there, down, forbidden: three different texts, and no report."""
    unprivileged = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all")
    with Wire() as wire:
        wire.a.ip("link add down0 type veth peer name down1")
        said = [refusal(rig, wire, "missing", "nosuch0", ()), refusal(rig, wire, "down", "down0", ()),
                refusal(rig, wire, "forbidden", "eth0", unprivileged)]
    assert "no such" in said[0].lower() or "there is no" in said[0].lower(), said[0]
    assert "down" in said[1].replace("down0", ""), said[1]
    assert "setcap" in said[2], said[2]


def refusal(rig, wire, name, interface, wrapper):
    program = rig.start(wire.a, name=name, interface=interface, wrapper=wrapper, wait=False)
    assert program.wait(5) == 3, (name, program.text("stderr"))
    said = program.text("stderr")
    assert interface in said and len(said.splitlines()) <= 2, said
    return said


def several_interfaces(rig):
    """Two interfaces at once; one vanishes, the other goes on; the last one ends the run."""
    with Wire() as wire:
        wire.a.ip("link add one0 type veth peer name one1", "link set one0 up", "link set one1 up")
        lab = Lab(wire, None)
        program = rig.start(wire.a, "-i", "one0", "--interval", "1")
        lab.connect().talk()
        wire.a.ip("link delete one0")
        lab.sleep(1)
        lab.connect().talk()
        lab.sleep(0.8)
        assert program.process.poll() is None, program.text("stderr")
        wait_until(lambda: len(flows(program)) == 2, 3, "the second connection is not reported")
        program.send(signal.SIGTERM)
        assert program.wait() == 5, program.text("stderr")
    assert sorted(row["file"] for row in read(program.reports, "capture")) == ["eth0", "one0"]


def any_with_a_link_down(rig):
    """On `any` two probes go unanswered, then their link is down, or is deleted: a gap, and nobody died."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, "--interval", "1", interface="any")
        survives = lab.connect(opener_options={"keepalive": (1, 1, 30)})
        survives.talk()
        outage(lab, wire, muted=3.4, down=5)
        lab.expect(survives.initiator.is_established(), True, "the connection survives")
        wire.b.nft(MUTE)
        lab.sleep(3.4)
        wire.a.ip("link delete eth0")
        lab.sleep(5)
        assert program.stop() == 0, program.text("stderr")
    events = [row["event"] for row in read(program.reports, "events")]
    assert "peer_recovered" in events and "peer_dead" not in events, events
    assert [gap["reason"] for gap in gaps(program)] == ["link_down"] * 3, events
    assert all(gap["explanation"].startswith("Interface eth0 is ") for gap in gaps(program)), gaps(program)
    assert "capture: Interface eth0 is down or gone " in program.text("stdout"), program.text("stdout")


def any_interface(rig):
    """On `any` one link may vanish: that is told, and the run goes on with the others."""
    with Wire() as wire:
        lab = Lab(wire, None)
        program = rig.start(wire.a, interface="any")
        lab.connect().talk()
        wire.a.ip("link delete eth0")
        wait_until(lambda: "eth0" in program.text("stderr"), QUICK_S, "nothing was said of eth0")
        wire.a.ip(f"address add {wire.a.address}/32 dev lo")
        lab.connect(server=wire.a).talk()
        assert program.stop() == 0, program.text("stderr")
    assert [port for port, _ in flows(program)] == ["40001", "40002"], flows(program)


if __name__ == "__main__":
    main(down_and_up, deleted, killed_while_down, moved_to_another_namespace, deleted_and_made_again, binder_late,
         binder_gone, renamed, refused, several_interfaces, any_interface, any_with_a_link_down)
