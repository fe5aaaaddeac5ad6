"""Failures that look like others: who would accuse a host here would often be wrong."""
from labs.scenario import scenario


@scenario(also_ipv6=True)
def firewall_restarted(lab):
    """A firewall on the path loses its table of connections, and resets what it does not know.

    Connections of A to three addresses of B, in use every half second. The router tracks connections. Its table is
    emptied, as by a restart; the next segment of each connection is none of a connection that it knows, and it answers
    in B's name with a RST. Its hop limit betrays it. B is up all the time, and takes new connections.
    """
    network = lab.b.address.rpartition(":" if ":" in lab.b.address else ".")[0]
    separator = ":" if ":" in lab.b.address else "."
    addresses = [lab.b.address, *(f"{network}{separator}{number}" for number in (3, 4))]
    for address in addresses[1:]:
        lab.b.ip(f"address add {address}/{lab.b.prefix_length} dev eth0" + (" nodad" if separator == ":" else ""))
    lab.router.rules("meta l4proto tcp ct state invalid reject with tcp reset")
    lab.router.sysctl("net/netfilter/nf_conntrack_tcp_loose", 0)
    links = [lab.connect(to_address=address) for address in addresses]
    for _ in range(6):
        for link in links:
            link.talk()
        lab.sleep(0.5)
    lab.router.call("forget_connections")
    for link in links:
        link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    new = lab.connect(to_address=addresses[0])
    new.talk()
    lab.sleep(11)  # connections that live on would speak against it
    new.talk()
    for link in links:
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
        lab.truth.add(link, "middlebox_restarted", "middlebox_restarted", dead="responder",
                      heartbeat=("both", 0.5))
    lab.truth.add(new, "alive")


@scenario()
def nat_forgets_and_maps_anew(lab):
    """A NAT forgets a connection and takes its next segment for a new one, from another port.

    The router translates A's address and port into its own and B's service sees those. Its table is emptied; A's next
    segment gets another port, which B's host does not know: it answers with a RST, which the NAT brings to A. Seen from
    A, B has forgotten the connection; seen from B, a connection goes on from another port.
    """
    lab.router.nft("table inet nat {\n  chain out { type nat hook postrouting priority 100;"
                   " oifname to_b masquerade random; }\n}\n")
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    before = link.initiator_end
    lab.router.call("forget_connections")
    link.initiator.send("Are you there?\n")
    lab.sleep(1)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.expect(link.initiator_end, before, "A's end")
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")


@scenario(watch="router_b")
def container_restarted_on_its_address(lab):
    """A container is replaced by a new one with the same address, within two seconds.

    B's sockets are gone without a packet and its link is down for 1.5 s; then it announces its address by ARP. A's next
    data meet a RST of a host that knows nothing of the connection, and a new connection is taken. No host boots so
    quickly.
    """
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    lab.sleep(1.5)
    lab.b.power_on()
    lab.sleep(1)
    link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    new = lab.connect()
    new.talk()
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")
    lab.truth.add(new, "alive")


@scenario()
def process_restarted_on_its_port(lab):
    """A service is killed and started again on its port, and what its kernel says of that is lost.

    The path loses what B sends while its process is killed, so that its FIN does not come. A new process takes the same
    port. A's next data meet the RST of a host without such a connection, while an older connection to another process
    of B lives on.
    """
    service = lab.b.new_process()
    older = lab.connect(port=9001)
    link = lab.connect(server=service)
    for each in (older, link):
        each.talk()
    lab.sleep(1)
    lab.router.rules("tcp sport 9000 drop")
    service.kill()
    lab.sleep(1.5)
    lab.b.call("run", command=["ss", "-K", "sport", "=", "9000"])  # its kernel tries no longer
    lab.router.rules()
    again = lab.b.new_process()
    new = lab.connect(server=again)
    new.talk()
    link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    older.talk()
    lab.truth.add(older, "alive")
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")
    lab.truth.add(new, "idle")


@scenario(far="b")
def path_loses_one_direction(lab):
    """The path loses what A sends, and nothing else.

    A sends data again and again; B's host lives and its keepalive (2 s, 1 s, 3) probes, which A answers: these answers
    are lost, too. B gives up. Seen from A, B's probes show that it lives while it acknowledges nothing; seen from B, A
    is silent.
    """
    link = lab.connect(server_options={"keepalive": (2, 1, 3)})
    link.talk()
    lab.sleep(0.5)
    lab.router.rules("tcp dport 9000 drop")
    lab.sleep(6.5)
    lab.expect(link.responder.error(), "ETIMEDOUT", "B's application")
    lab.truth.add(link, "peer_dead", "peer_dead", dead="initiator", reason="answers_lost", responder_timers=(2, 1, 3))
    lab.truth.add_far(link, "peer_dead", "probes_unanswered", "peer_dead", dead="initiator",
                      reason="probes_exhausted", responder_timers=(2, 1, 3))


@scenario(watch="b")
def request_meets_the_fin_of_an_idle_connection(lab):
    """B closes an idle connection while A's next request is on its way.

    The path holds B's FIN back; A, which has not heard of it, sends a request, and B's host, whose application has
    closed, answers with a RST.
    """
    link = lab.connect()
    link.talk()
    lab.sleep(5)
    lab.router.rules("tcp sport 9000 tcp flags & fin == fin drop")
    link.responder.close()
    lab.sleep(0.05)
    link.initiator.send("One more thing.\n")
    lab.sleep(0.5)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(link, "closed", "reuse_race", reason="reuse_race")
