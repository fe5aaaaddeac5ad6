"""The truth beside a capture: truth.csv, one row per connection.

The columns bear the names that flows.csv has for them. A cell holds what the capture can show: a keepalive
interval only where probes went unanswered, a count only where the prober gave up; empty: nothing to be seen.
`dead_side`, `prober`: initiator, responder, both or empty. `events`: the events to be expected about this
connection or its hosts, joined by ';'. `also_possible`: causes that this capture cannot exclude, joined by ';'; the
report must name them as alternatives.
"""
import csv

COLUMNS = ["initiator", "initiator_port", "responder", "responder_port", "verdict", "reason", "dead_side", "prober",
           "initiator_keepalive_idle_s", "initiator_keepalive_interval_s", "initiator_keepalive_count",
           "responder_keepalive_idle_s", "responder_keepalive_interval_s", "responder_keepalive_count",
           "heartbeat_side", "heartbeat_period_s", "heartbeat_protocol", "events", "also_possible"]


class Truth:
    """Rows for the capture, and others for the far one where that tells something else."""

    def __init__(self):
        self.near, self.far = [], []

    def add(self, connection, verdict, *events, **details):
        self.near.append(row(connection, verdict, events, **details))

    def add_far(self, connection, verdict, *events, **details):
        self.far.append(row(connection, verdict, events, **details))


def row(connection, verdict, events, reason="", dead="", initiator_timers=(), responder_timers=(), heartbeat=(),
        also_possible=()):
    """`*_timers`: idle s, interval s, count, as many as the capture shows; `heartbeat`: side, period s, protocol."""
    prober = {(False, False): "", (True, False): "initiator", (False, True): "responder", (True, True): "both"}
    return [*connection.initiator_end, *connection.responder_end, verdict, reason, dead,
            prober[bool(initiator_timers), bool(responder_timers)],
            *padded(initiator_timers, 3), *padded(responder_timers, 3), *padded(heartbeat, 3), ";".join(events), ";".join(also_possible)]


def padded(values, size):
    return [*values, *[""] * (size - len(values))]


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
