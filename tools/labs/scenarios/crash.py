"""Peers that die and do not come back."""
from labs.scenario import scenario


@scenario()
def peer_crashed(lab):
    """The responder's host loses power; the initiator's keepalive gives up.

    A's keepalive is (2 s, 1 s, 3). One probe is answered; then B is gone. Three probes go unanswered and A's kernel
    ends the connection with a RST of its own; the application gets ETIMEDOUT.
    """
    link = lab.connect(opener_options={"keepalive": (2, 1, 3)})
    link.talk()
    lab.sleep(3)
    lab.power_off(lab.b)
    lab.sleep(5)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(link, "peer_dead", "probes_unanswered", "peer_dead", reason="probes_exhausted", dead="responder",
                  initiator_timers=(2, 1, 3))


@scenario(ipv6=True, watch="b")
def initiator_crashed_ipv6(lab):
    """The initiator's host loses power; the responder's keepalive gives up.

    B's keepalive is (3 s, 1 s, 4). A dies right after its question was answered. Four probes go unanswered and B's
    kernel ends the connection with a RST of its own.
    """
    link = lab.connect(server_options={"keepalive": (3, 1, 4)})
    link.talk()
    lab.sleep(1)
    lab.power_off(lab.a)
    lab.sleep(7)
    lab.expect(link.responder.error(), "ETIMEDOUT", "B's application")
    lab.truth.add(link, "peer_dead", "probes_unanswered", "peer_dead", reason="probes_exhausted", dead="initiator",
                  responder_timers=(3, 1, 4))


@scenario()
def peer_crashed_prober_sends_no_reset(lab):
    """The peer is dead and the prober gives up without a word.

    As in peer_crashed, but A's firewall drops outgoing RSTs, as many do and as stacks that send none look: the
    probes just stop, and the capture goes on for 6 s.
    """
    lab.a.nft("table inet quiet { chain output { type filter hook output priority 0;"
              " tcp flags & rst == rst drop; }; }")
    link = lab.connect(opener_options={"keepalive": (2, 1, 3)})
    link.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    lab.wait_visibly(9)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(link, "peer_dead", "probes_unanswered", "peer_dead", reason="probes_exhausted", dead="responder",
                  initiator_timers=(2, 1, 3))


@scenario()
def user_timeout_cuts_probing_short(lab):
    """TCP_USER_TIMEOUT ends the connection before the probe count does.

    A's keepalive is (2 s, 1 s, 9), its user timeout 3.5 s. B is gone after the answer. A gives up after the second
    unanswered probe, one interval later, with a RST.
    """
    link = lab.connect(opener_options={"keepalive": (2, 1, 9), "user_timeout_ms": 3500})
    link.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    lab.sleep(5)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(link, "peer_dead", "probes_unanswered", "peer_dead", reason="user_timeout", dead="responder",
                  initiator_timers=(2, 1))


@scenario()
def capture_ends_during_outage(lab):
    """Two probes unanswered, and then the capture ends.

    A's keepalive is (2 s, 1 s, 9). B is gone after one answered probe. When the capture ends A has not given up:
    too early to call B dead.
    """
    link = lab.connect(opener_options={"keepalive": (2, 1, 9)})
    link.talk()
    lab.sleep(3)
    lab.power_off(lab.b)
    lab.sleep(2.3)
    lab.expect(link.initiator.is_established(), True, "A has not given up")
    lab.truth.add(link, "suspect", "probes_unanswered", initiator_timers=(2, 1))


@scenario(also_ipv6=True, snap_length=192)
def peer_unreachable_by_icmp(lab):
    """The router says that B cannot be reached while A probes.

    A's keepalive is (2 s, 1 s, 3). After one answered probe the router loses its way to B and answers every probe
    with an ICMP destination unreachable. A's kernel does not believe it: a probe's sequence number, which the ICMP
    quotes, lies outside what is in flight. So A probes to the end, sends a RST, and tells its application ETIMEDOUT.
    """
    link = lab.connect(opener_options={"keepalive": (2, 1, 3)})
    link.talk()
    lab.sleep(3)
    lab.router.ip(f"route add unreachable {lab.b.address}")
    lab.sleep(5)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    # Of a route of that kind Linux says "host unreachable" in ICMP, and "no route" in ICMPv6.
    verdict = "path_dead" if lab.network.ipv6 else "peer_dead"
    lab.truth.add(link, verdict, "probes_unanswered", verdict, reason="probes_exhausted", dead="responder",
                  initiator_timers=(2, 1, 3))
