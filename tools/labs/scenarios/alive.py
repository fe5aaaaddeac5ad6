"""Connections that live, and captures that show only part of it."""
from labs.packet import RST, tcp_packet
from labs.scenario import scenario

KEEPALIVE = {"keepalive": (2, 1, 3)}


@scenario()
def alive_initiator_probes(lab):
    """A connection that only keepalive uses; the initiator probes.

    After a question and its answer both sides are silent. A's keepalive (2 s, 1 s, 3) probes every 2 s and is
    always answered.
    """
    link = lab.connect(opener_options=KEEPALIVE)
    link.talk()
    lab.sleep(8.5)
    lab.truth.add(link, "alive", initiator_timers=(2,))


@scenario(ipv6=True)
def alive_responder_probes_ipv6(lab):
    """A connection that only keepalive uses; the responder probes.

    After a question and its answer both sides are silent. B's keepalive (2 s, 1 s, 3) probes every 2 s and is
    always answered.
    """
    link = lab.connect(server_options=KEEPALIVE)
    link.talk()
    lab.sleep(8.5)
    lab.truth.add(link, "alive", responder_timers=(2,))


@scenario(also_ipv6=True)
def alive_both_probe(lab):
    """Both sides probe, each by its own timer.

    A's keepalive is 2 s, B's 3 s. All probes are answered.
    """
    link = lab.connect(opener_options=KEEPALIVE, server_options={"keepalive": (3, 1, 3)})
    link.talk()
    lab.sleep(12.5)
    lab.truth.add(link, "alive", initiator_timers=(2,), responder_timers=(3,))


@scenario()
def alive_timers_run_late(lab):
    """The kernel's timers run late by up to an eighth.

    Eight connections of A to B, opened one after the other, with the same keepalive (20 s, 1 s, 3). Linux sorts its
    timers into a wheel whose slots grow coarser with the distance (at 250 ticks a second: 2 s wide for timers of 16 s
    to 131 s) and always rounds up: the first probes come after 20 to 22 s of silence.
    """
    links = []
    for _ in range(8):
        links.append(lab.connect(opener_options={"keepalive": (20, 1, 3)}))
        links[-1].talk()
        lab.sleep(0.3)
    lab.wait_visibly(22)
    for link in links:
        lab.truth.add(link, "alive", initiator_timers=(20,))


@scenario(late=True)
def alive_capture_starts_midstream(lab):
    """The capture holds nothing but probes and their ACKs.

    The connection was opened and used before the capture began. A's keepalive (2 s, 1 s, 3) probes every 2 s and
    is always answered. Which side opened the connection cannot be seen.
    """
    link = lab.connect(opener_options=KEEPALIVE)
    link.talk()
    lab.sleep(1)
    lab.start_capture()
    lab.sleep(9.5)
    lab.truth.add(link, "alive", initiator_timers=(2,))


@scenario(capture_filter="src host 10.1.0.2")
def capture_sees_one_direction(lab):
    """A capture of one direction says nothing about the other.

    The connection lives and A's probes (2 s, 1 s, 3) are answered, but the capture holds A's frames alone: one must
    not conclude that B is dead.
    """
    link = lab.connect(opener_options=KEEPALIVE)
    link.talk()
    lab.sleep(8.5)
    lab.truth.add(link, "unknown", initiator_timers=(2,))


@scenario()
def idle_without_keepalive(lab):
    """An idle connection without keepalive: nothing would notice a death.

    After a question and its answer nothing is sent any more; both hosts are up.
    """
    link = lab.connect()
    link.talk()
    lab.wait_visibly(5)
    lab.truth.add(link, "idle")


@scenario(also_ipv6=True)
def outage_heals(lab):
    """Two probes go unanswered, then the path works again.

    A's keepalive is (2 s, 1 s, 5). The first probe is answered; then the router drops everything for 3 s, in which
    two probes get lost; the next one is answered, and the probes go on.
    """
    link = lab.connect(opener_options={"keepalive": (2, 1, 5)})
    link.talk()
    lab.sleep(2.6)
    lab.router.rules("drop")
    lab.sleep(3)
    lab.router.rules()
    lab.sleep(3.4)
    lab.expect(link.initiator.is_established(), True, "the connection survives")
    lab.truth.add(link, "alive", "probes_unanswered", "peer_recovered", initiator_timers=(2, 1))


@scenario()
def forged_reset_is_challenged(lab):
    """Somebody forges a reset with a wrong sequence number; the connection lives.

    The router sends A a RST in B's name, 100 bytes beyond what A expects. A answers with a challenge ACK
    (RFC 5961, section 3.2) and keeps the connection: its probes (2 s, 1 s, 3) go on and are answered.
    """
    link = lab.connect(opener_options=KEEPALIVE)
    link.talk()
    lab.sleep(2.5)
    numbers = link.initiator.sequence()
    packet = tcp_packet(link.responder_end, link.initiator_end, numbers["receive"] + 100, RST)
    lab.router.call("inject", to_address=lab.a.address, packet=packet)
    lab.sleep(6)
    lab.expect(link.initiator.is_established(), True, "the connection survives")
    lab.truth.add(link, "alive", initiator_timers=(2,))
