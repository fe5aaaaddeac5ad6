"""Somebody answers in another host's name."""
from labs.scenario import scenario


@scenario(far="router_b")
def balancer_answers_for_silent_backend(lab):
    """A balancer answers for a backend that is dead.

    The router takes A's connections itself, opens one of its own to B for each, and hands on what comes. B loses power.
    The balancer's host goes on to acknowledge A's requests and to answer A's keepalive (2 s, 1 s, 3). On the first
    connection it resets A when its own keepalive to B (2 s, 1 s, 3) has told it; on the second, which has none, nobody
    is told. Seen from A the balancer lives. That nothing stands behind it, only the capture on B's side shows.
    """
    fronts = [lab.connect(server=lab.router, from_address=lab.a.address, to_address=lab.a.gateway,
                          opener_options={"keepalive": (2, 1, 3)}) for _ in range(2)]
    backs = [lab.connect(opener=lab.router, from_address=lab.b.gateway, opener_options=options)
             for options in ({"keepalive": (2, 1, 3)}, {})]
    for front, back in zip(fronts, backs):
        front.initiator.send("How do you do?\n")
        back.initiator.send(front.responder.receive(15))
        back.responder.send("You said " + back.responder.receive(15))
        front.responder.send(back.initiator.receive(24))
        front.initiator.receive(24)
    lab.sleep(0.5)
    lab.power_off(lab.b)
    for front in fronts:
        front.initiator.send("Are you there?\n")  # the balancer keeps it
    lab.sleep(6)
    lab.expect(backs[0].initiator.error(), "ETIMEDOUT", "the balancer")
    fronts[0].responder.abort()
    lab.sleep(2)
    lab.expect(fronts[0].initiator.error(), "ECONNRESET", "A's application")
    lab.expect(fronts[1].initiator.is_established(), True, "the other connection survives")
    lab.truth.add(fronts[0], "peer_reset", "peer_reset", reason="aborted", initiator_timers=(2,))
    lab.truth.add(fronts[1], "alive", reason="probe_answered", initiator_timers=(2,))
    lab.truth.add_far(backs[0], "peer_dead", "probes_unanswered", "peer_dead", reason="probes_exhausted",
                      dead="responder", initiator_timers=(2, 1, 3), also_possible=("path_down",))
    lab.truth.add_far(backs[1], "idle")


@scenario(also_ipv6=True, watch="router_b", far="a", late=True)
def address_moves_to_standby(lab):
    """A service's address moves to a standby host, which announces it and knows none of its connections.

    B and C stand beside each other; connections of A to B, keepalive (2 s, 1 s, 9) and none. B loses power, and after
    3 s C takes its address: it says so by gratuitous ARP (unsolicited neighbour advertisement), and what A sends to the
    old connections is answered with a RST by C, from another link-layer address. A new connection is taken by C. Seen
    from A, behind the router, a process of B may have been restarted as well.
    """
    c = lab.add_beside_b()
    lab.start_capture()
    probed = lab.connect(opener_options={"keepalive": (2, 1, 9)})
    quiet = lab.connect()
    for link in (probed, quiet):
        link.talk()
    lab.sleep(0.5)
    lab.power_off(lab.b)
    lab.sleep(3)
    c.announce(lab.b.address)
    lab.sleep(1)
    quiet.initiator.send("Are you there?\n")
    lab.sleep(1)
    new = lab.connect(server=c, to_address=lab.b.address)
    new.talk()
    for link in (probed, quiet):
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(probed, "address_moved", "probes_unanswered", "address_moved", dead="responder",
                  initiator_timers=(2, 1))
    lab.truth.add(quiet, "address_moved", "address_moved", dead="responder")
    lab.truth.add(new, "alive")
    lab.truth.add_far(probed, "peer_lost_state", "probes_unanswered", "peer_lost_state", dead="responder",
                      initiator_timers=(2, 1))
    lab.truth.add_far(quiet, "peer_lost_state", "peer_lost_state", dead="responder")
    lab.truth.add_far(new, "alive")
