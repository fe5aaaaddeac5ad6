#include <deadpeer/analyzer.h>
#include <deadpeer/capture.h>
#include <deadpeer/names.h>

#include <iostream>

struct Printer : deadpeer::ReportSink {
    void on_finding(const deadpeer::Finding& finding) override {
        std::cout << to_string(finding.kind) << ' ' << to_string(finding.subject.address) << '\n';
    }
};

int main(int, char** argv) {
    const auto source = deadpeer::open_capture(argv[1]);
    if (!source) return std::cerr << source.error().message << '\n', 1;
    Printer printer;
    deadpeer::Analyzer analyzer({}, printer);
    analyzer.read(*source.value(), argv[1]);
    return analyzer.finish() ? 0 : 1;
}
