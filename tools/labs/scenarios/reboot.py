"""Hosts that come back without their connections, and hosts that only forgot one."""
from labs.scenario import scenario


BOOT_S = 8  # the fastest virtual machines boot in about that time


def boot(lab, host, peer, connections=3):
    """The host comes up and opens new connections, as its services do; returns them."""
    host.power_on()
    lab.sleep(0.2)
    return [lab.connect(opener=host, server=peer, port=7000) for _ in range(connections)]


@scenario(watch="router_b")
def host_rebooted_met_by_probe(lab):
    """B reboots; probes find out.

    Two connections of A to B, keepalive (2 s, 1 s, 15) and (10 s, 1 s, 9). B loses power and is back after 8 s: it
    announces its address by ARP and opens three new connections to A. The first connection's next probe and the
    second one's first probe are answered with a RST of a host that knows nothing of them.
    """
    quick = lab.connect(opener_options={"keepalive": (2, 1, 15)})
    slow = lab.connect(opener_options={"keepalive": (10, 1, 9)})
    for link in (quick, slow):
        link.talk()
    lab.sleep(0.5)
    lab.power_off(lab.b)
    lab.sleep(BOOT_S)
    new = boot(lab, lab.b, lab.a)
    lab.sleep(3)
    for link in (quick, slow):
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(quick, "peer_rebooted", "probes_unanswered", "peer_rebooted", "host_rebooted", dead="responder",
                  initiator_timers=(2, 1))
    lab.truth.add(slow, "peer_rebooted", "peer_rebooted", "host_rebooted", dead="responder", initiator_timers=(10,))
    for link in new:
        lab.truth.add(link, "idle")


@scenario(watch="router_b")
def host_rebooted_met_by_data(lab):
    """B reboots; data find out.

    Three connections of A to B without keepalive. B loses power and is back after 8 s: it announces its address by
    ARP and opens three new connections to A. On the first connection A sent data while B was away and retransmits
    them; on the others it sends only after B is back. Each is answered with a RST of a host that knows nothing of it.
    """
    links = [lab.connect() for _ in range(3)]
    for link in links:
        link.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    lab.sleep(1)
    links[0].initiator.send("Are you there?\n")
    lab.sleep(BOOT_S - 1)
    new = boot(lab, lab.b, lab.a)
    lab.sleep(0.5)
    for link in links[1:]:
        link.initiator.send("Where were we?\n")
    lab.sleep(8)  # until the next retransmission
    for link in links:
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
        lab.truth.add(link, "peer_rebooted", "peer_rebooted", "host_rebooted", dead="responder")
    for link in new:
        lab.truth.add(link, "idle")


@scenario(ipv6=True, watch="router_b")
def host_rebooted_ipv6(lab):
    """B reboots; probes find out (IPv6).

    Two connections of A to B, keepalive (2 s, 2 s, 15) and (14 s, 1 s, 9). B loses power and is back after 6 s: it
    probes whether its addresses are free (duplicate address detection), looks for routers, and opens three new
    connections to A. The old ones' next probes are answered with a RST of a host that knows nothing of them.
    """
    quick = lab.connect(opener_options={"keepalive": (2, 2, 15)})
    slow = lab.connect(opener_options={"keepalive": (14, 1, 9)})
    for link in (quick, slow):
        link.talk()
    lab.sleep(0.5)
    lab.power_off(lab.b)
    lab.sleep(BOOT_S - 2)
    lab.b.power_on()
    lab.sleep(2.5)
    new = [lab.connect(opener=lab.b, server=lab.a, port=7000) for _ in range(3)]
    lab.sleep(6)
    for link in (quick, slow):
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(quick, "peer_rebooted", "probes_unanswered", "peer_rebooted", "host_rebooted", dead="responder",
                  initiator_timers=(2, 2))
    lab.truth.add(slow, "peer_rebooted", "peer_rebooted", "host_rebooted", dead="responder", initiator_timers=(14,))
    for link in new:
        lab.truth.add(link, "idle")


@scenario()
def host_rebooted_seen_from_afar(lab):
    """B reboots, but the capture has one connection and no other sign of it.

    A's keepalive is (10 s, 2 s, 4). B loses power for 8 s and is back before A's next probe, which is answered with a
    RST of a host that knows nothing of the connection. Taken at A, behind a router: no ARP of B is seen, and B opens
    nothing new. A restarted service or a middlebox that dropped the connection would look the same.
    """
    link = lab.connect(opener_options={"keepalive": (10, 2, 4)})
    link.talk()
    lab.sleep(0.5)
    lab.power_off(lab.b)
    lab.sleep(BOOT_S)
    lab.b.power_on()
    lab.sleep(3)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder", initiator_timers=(10,))


@scenario(watch="router_b")
def host_rebooted_reconnects_same_ports(lab):
    """The rebooted initiator opens its connection anew from the same port (RFC 9293, figures 9 and 10).

    B had a connection to A and reboots: it is silent for 8 s and announces its address by ARP. Its service binds the
    same local port as before, so its SYN meets the connection that A still holds: A answers with a challenge ACK, B,
    which knows nothing of it, with a RST, and its next SYN, some milliseconds later, opens the new connection.
    Wireshark counts the new stream from the first of these SYNs, so the challenge ACK and the RST stand in the new
    stream.
    """
    old = lab.connect(opener=lab.b, server=lab.a, from_port=20000)
    old.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    lab.sleep(BOOT_S)
    lab.b.power_on()
    lab.sleep(0.5)
    new = lab.connect(opener=lab.b, server=lab.a, from_port=20000)
    new.talk()
    lab.sleep(1)
    lab.expect(old.responder.error(), "ECONNRESET", "A's application")
    lab.truth.add(old, "peer_rebooted", "peer_rebooted", "host_rebooted", dead="initiator")
    lab.truth.add(new, "alive")


@scenario()
def peer_forgot_one_connection(lab):
    """B is up but has forgotten one of its connections.

    Two connections of A to B with keepalive (2 s, 1 s, 3), and a third and newest with (3 s, 1 s, 3). B loses the
    state of the third without a packet. Its next probe is answered with a RST, while both older ones live on: B did
    not reboot.
    """
    older = [lab.connect(opener_options={"keepalive": (2, 1, 3)}) for _ in range(2)]
    newest = lab.connect(opener_options={"keepalive": (3, 1, 3)})
    for link in (*older, newest):
        link.talk()
    lab.sleep(1)
    newest.responder.vanish()
    lab.sleep(5.5)
    lab.expect(newest.initiator.error(), "ECONNRESET", "A's application")
    for link in older:
        link.talk()
    lab.sleep(2.5)
    for link in older:
        lab.truth.add(link, "alive", initiator_timers=(2,))
    lab.truth.add(newest, "peer_lost_state", "peer_lost_state", dead="responder", initiator_timers=(3,))


@scenario(far="b")
def peer_gave_up_by_itself(lab):
    """B gave up one connection unheard by A, while another one lives.

    Two connections of A to B. On the second the path loses what B sends for some seconds: B's keepalive (2 s, 1 s, 3)
    gives up, and its RST is lost too. Then the path works again and A's keepalive (9 s, 1 s, 3) meets a host that has
    forgotten the connection. Seen from A: only this connection was forgotten. Seen from B: A did not answer three
    probes, though it was up.
    """
    older = lab.connect(opener_options={"keepalive": (2, 1, 3)})
    newer = lab.connect(opener_options={"keepalive": (9, 1, 3)}, server_options={"keepalive": (2, 1, 3)}, port=9001)
    for link in (older, newer):
        link.talk()
    lab.router.rules("tcp sport 9001 drop")
    lab.sleep(6)
    lab.expect(newer.responder.error(), "ETIMEDOUT", "B's application")
    lab.router.rules()
    lab.sleep(5.5)
    lab.expect(newer.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(older, "alive", initiator_timers=(2,))
    lab.truth.add(newer, "peer_lost_state", "peer_lost_state", dead="responder", initiator_timers=(9,))
    lab.truth.add_far(older, "alive", initiator_timers=(2,))
    lab.truth.add_far(newer, "path_dead", "probes_unanswered", "path_dead", reason="probes_exhausted",
                      dead="initiator", initiator_timers=(9,), responder_timers=(2, 1, 3))
