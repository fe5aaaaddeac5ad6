"""monitoring.py PROGRAM TOOLS BINARIES CASE: what tools/monitoring has for Prometheus and Grafana.

`names` needs nothing; `rules` wants promtool, and `alert` Prometheus and node exporter, too: installed, or unpacked below
BINARIES. Their servers listen on loopback, on ports that were free, and end with the test.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
sys.dont_write_bytecode = True

from live_pipe import ACK, SYN, Writer  # noqa: E402

RST = 0x04
LONGEST_WAIT_S = 90
RULES = "deadpeer.rules.yml"
ADDED_BY_PROMETHEUS = {"instance", "job", "alertname", "severity", "file"}


def binary(binaries, name):
    path = shutil.which(name, path=f"{binaries}/usr/bin:{os.environ['PATH']}")
    if path is None:
        print(f"{name} is not here", file=sys.stderr)
        sys.exit(77)
    return path


def wait_for(happened, what):
    end = time.monotonic() + LONGEST_WAIT_S
    while True:
        found = happened()
        if found:
            return found
        assert time.monotonic() < end, what
        time.sleep(0.2)


class Traffic:
    """deadpeer with --metrics, reading a pipe."""

    def __init__(self, program, folder):
        reading, writing = os.pipe()
        self.process = subprocess.Popen([program, "--live", "-", "-q", "--interval", "1", "--metrics",
                                         f"{folder}/deadpeer.prom"], stdin=reading, stdout=subprocess.DEVNULL)
        os.close(reading)
        self.writer = Writer(writing)
        self.writer.send(True, 999, 0, SYN)  # it begins with the first frame

    def peer_dies(self):
        self.writer.die()
        time.sleep(1)  # for an answer to the last probe
        self.writer.send(True, 1000, 5000, RST | ACK)

    def end(self):
        self.writer.file.close()
        assert self.process.wait(LONGEST_WAIT_S) == 0


def metrics_of(program):
    """Names, with their labels, that deadpeer writes."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        traffic = Traffic(program, folder)
        traffic.writer.handshake()
        traffic.end()
        with open(f"{folder}/deadpeer.prom", encoding="ascii") as file:
            lines = [line for line in file if not line.startswith("#")]
    names = {}
    for line in lines:
        name, labels = re.match(r"(\w+)(?:{(.*)})? ", line).groups()
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels or ""):
            names.setdefault(name, {}).setdefault(label, set()).add(value)
        names.setdefault(name, {})
    return names


def dashboard_expressions(tools):
    with open(f"{tools}/monitoring/dashboard.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids) and all(panel["title"] and panel["description"] for panel in dashboard["panels"])
    taken = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert x < 24 and (x, y) not in taken, panel["title"]
                taken.add((x, y))
    yield from (target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    yield from (annotation["expr"] for annotation in dashboard["annotations"]["list"])


def names(program, tools, _):
    """Every metric, label and value that alerts and dashboard ask for is one that deadpeer writes."""
    written = metrics_of(program)
    assert {"deadpeer_build_info", "deadpeer_events_total", "deadpeer_interface_up"} <= written.keys(), written.keys()
    with open(f"{tools}/monitoring/{RULES}", encoding="utf-8") as file:
        rules = file.read()
    expressions = list(dashboard_expressions(tools))
    assert len(expressions) > 12 and rules.count("- alert: ") == 12
    for text in [rules, *expressions]:
        for name, matchers in re.findall(r"\b(deadpeer_[a-z_]+)(?:{([^}]*)})?", text):
            assert name in written, name
            for label, operator, value in re.findall(r'(\w+)(=~?)"([^"]*)"', matchers):
                if label in ADDED_BY_PROMETHEUS:
                    continue
                assert label in written[name], (name, label)
                for one in value.split("|") if operator == "=~" else [value]:
                    assert one in written[name][label], (name, label, one)


def rules(_, tools, binaries):
    promtool = binary(binaries, "promtool")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(f"{tools}/monitoring/{RULES}", folder)
        shutil.copy(f"{HERE}/rules_test.yml", folder)
        for words in (("check", "rules", f"{folder}/{RULES}"), ("test", "rules", f"{folder}/rules_test.yml")):
            done = subprocess.run([promtool, *words], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        with open(f"{folder}/{RULES}", encoding="utf-8") as file:
            alerts = re.findall(r"- alert: (\w+)", file.read())
        with open(f"{folder}/rules_test.yml", encoding="utf-8") as file:
            stories = file.read()
        assert all(alert in stories for alert in alerts), alerts


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Servers:
    """What was started, to be ended by its number."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, *words):
        with open(f"{self.folder}/{os.path.basename(words[0])}.log", "wb") as log:
            self.running.append(subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder))

    def end(self):
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Prometheus:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/api/v1/"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, what, **words):
        try:
            with self.opener.open(self.url + what + "?" + urllib.parse.urlencode(words), timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{words}: {error.read().decode()}") from error
        except OSError:
            return None  # it is not up yet

    def value(self, expression):
        answer = self.ask("query", query=expression)
        return [float(one["value"][1]) for one in answer["result"]] if answer else []


def alert(program, tools, binaries):
    """A peer dies, and a real Prometheus fires the alert; what the dashboard asks for has answers there."""
    prometheus, exporter = binary(binaries, "prometheus"), binary(binaries, "prometheus-node-exporter")
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/textfile")
        os.chmod(folder, 0o755)
        os.chmod(f"{folder}/textfile", 0o777)
        ports = free_port(), free_port()
        shutil.copy(f"{tools}/monitoring/{RULES}", folder)
        with open(f"{folder}/prometheus.yml", "w", encoding="ascii") as file:
            file.write(f"""global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{RULES}]
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:{ports[0]}"]}}]
""")
        servers = Servers(folder)
        traffic = None
        try:
            servers.start(exporter, f"--web.listen-address=127.0.0.1:{ports[0]}", "--collector.disable-defaults",
                          "--collector.textfile", f"--collector.textfile.directory={folder}/textfile")
            servers.start(prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                          f"--web.listen-address=127.0.0.1:{ports[1]}")
            traffic = Traffic(program, f"{folder}/textfile")
            server = Prometheus(ports[1])
            wait_for(lambda: server.value("deadpeer_build_info") == [1], "deadpeer's numbers reach Prometheus")
            wait_for(lambda: min(server.value("count_over_time(deadpeer_dead_peers_total[1m])"), default=0) > 3,
                     "numbers of the time before anything happened")
            assert server.ask("alerts")["alerts"] == []
            traffic.peer_dies()

            def firing():
                return {one["labels"]["alertname"]: one for one in server.ask("alerts")["alerts"] if one["state"] == "firing"}

            fired = wait_for(lambda: firing().get("DeadpeerDeadPeer"), "the alert fires")
            assert fired["labels"]["severity"] == "critical"
            assert re.match(r"[12] peers found dead by 127\.0\.0\.1:\d+ within 5 minutes", fired["annotations"]["summary"]), fired
            assert set(firing()) == {"DeadpeerDeadPeer"}, firing()
            assert wait_for(lambda: server.value("node_textfile_mtime_seconds"), "node exporter tells the file's age")
            assert server.value('time() - node_textfile_mtime_seconds{file=~".*deadpeer[^/]*[.]prom"}')[0] < 60
            answered = 0
            for expression in dashboard_expressions(tools):
                asked = (expression.replace('"$instance"', '".*"').replace("$__rate_interval", "30s")
                         .replace("$__range", "5m"))
                answer = server.ask("query", query=asked)
                answered += bool(answer["result"])
            assert answered >= 14, answered
        finally:
            servers.end()
            if traffic is not None:
                traffic.end()


CASES = {case.__name__: case for case in (names, rules, alert)}

if __name__ == "__main__":
    CASES[sys.argv[4]](*sys.argv[1:4])
