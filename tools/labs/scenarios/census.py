"""Many connections to one server."""
from labs.scenario import scenario


@scenario()
def idle_connections_fill_server(lab):
    """Idle connections use up what a server allows.

    B serves port 5432. A opens 20 connections from 10.1.0.2 and 8 from its second address 10.1.0.3; four of the latter
    are closed again, the others stay open and idle without keepalive: 24 of them. With a limit of 30 connections that
    is 80 %.
    """
    lab.a.ip("address add 10.1.0.3/24 dev eth0")
    links = [lab.connect(port=5432) for _ in range(20)]
    links += [lab.connect(port=5432, from_address="10.1.0.3") for _ in range(8)]
    for link in links:
        link.talk()
    for link in links[20:24]:
        link.initiator.close()
        link.responder.close()
    lab.wait_visibly(4)
    for link in links:
        lab.truth.add(link, "closed" if link in links[20:24] else "idle")
