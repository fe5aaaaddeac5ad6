#include "report/text/event_line.h"

#include "report/sample_rows.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

std::string line(const Finding& finding, const Inventory* inventory = nullptr) {
    std::string out;
    describe_event(out, finding, "eth0\x1b", Named(inventory));
    return out;
}

Finding missed_probe() {
    Finding finding;
    finding.kind = EventKind::kProbesUnanswered;
    finding.severity = Severity::kWarning;
    finding.time = 1'795'243'800'123'456'789;
    finding.stream = 3;
    finding.subject = sample_key(1, 2).high();
    finding.peer = sample_key(1, 2).low();
    finding.count = 2;
    return finding;
}

}  // namespace

TEST_CASE("an event is one line: when, how bad, what, who, what happened and what to do") {
    const std::string text = line(missed_probe());
    CHECK(
        text.starts_with("2026-11-21 06:50:00.123 UTC  warning   probes_unanswered  10.0.0.2:50000  "
                         "10.0.0.2:50000 did not answer 2 keepalive probes from 10.0.0.1:40000. One loss "));
    CHECK(text.find('\n') == text.size() - 1);
}

TEST_CASE("a host and the capture itself") {
    Finding reboot = missed_probe();
    reboot.kind = EventKind::kHostRebooted;
    reboot.severity = Severity::kCritical;
    reboot.subject.port = 0;
    CHECK(line(reboot).starts_with(
        "2026-11-21 06:50:00.123 UTC  critical  host_rebooted  10.0.0.2  10.0.0.2 lost "));
    Finding gap;
    gap.kind = EventKind::kCaptureGap;
    gap.reason = Reason::kLinkDown;
    CHECK(line(gap).starts_with("info      capture_gap  eth0\\x1B  A captured interface "));
}

TEST_CASE("names come from the inventory, printable") {
    const TemporaryFolder folder;
    write_file(folder.file("hosts.csv"), "address,name\n10.0.0.2,db\x1b[2J\n");
    const Inventory inventory = Inventory::load(folder.file("hosts.csv")).value();
    CHECK(line(missed_probe(), &inventory).find("  10.0.0.2:50000 (db\\x1B[2J)  ") != std::string::npos);
}
