#include "cli/documents/manual.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "cli/documents/option_list.h"
#include "report/glossary.h"
#include "report/reports.h"

namespace deadpeer::cli {
namespace {

constexpr std::string_view kBegin = R"(deadpeer(1) "" "User Commands"

# NAME

deadpeer - finds dead TCP peers in captures and on interfaces

# SYNOPSIS

*deadpeer* _FILE_... [*-o* _DIR_] [_OPTION_...] [_FILTER_]++
*deadpeer* *-i* _IF_ [*-o* _DIR_] [_OPTION_...] [_FILTER_]++
*deadpeer diff* _OLD_... _NEW_ [_OPTION_...]++
*deadpeer slim* _FILE_... *-o* _DIR_ [_OPTION_...]++
*deadpeer slim* *--missing* _LIST_ _DIR_
*deadpeer sockets* [_OPTION_...]++
*deadpeer compare* _A_ _B_ [*-o* _DIR_] [_OPTION_...]

# DESCRIPTION

*deadpeer* follows every TCP connection of a capture, labels keepalive probes and their answers as
Wireshark does, and reports which peers answered, which died, which hosts rebooted, and who was left
holding a dead connection.

Several files are one capture, a folder is the captures in it, and _-_ is standard input. What stands
behind the inputs, or after *-f*, is a capture filter (*pcap-filter*(7)). The summary on standard output
begins with the incidents, the worst first; *-o* writes the reports.

*-i* captures live: an event is printed within a second of the moment that decides it, and the reports of
*-o* are renewed every *--interval*.
)";

constexpr std::string_view kEnd = R"(
# SIGNALS

*SIGINT*, *SIGTERM*
	End the capture: what was captured is analysed, everything is written. A second one ends at once.

*SIGHUP*
	Ends the period of the reports, as *--rotate* does.

*SIGUSR1*
	Prints a line of statistics on standard error.

# FILES

_/etc/default/deadpeer_
	Options of the systemd unit, as DEADPEER_OPTIONS="-i eth0 --rotate 1h --keep 48".

_/var/log/deadpeer_
	Its reports.

# EXAMPLES

Analyse a capture, and write the reports and a page for people:

	deadpeer trace.pcap -o report --html report.html

Copy the frames that prove each incident:

	deadpeer trace.pcap --evidence evidence

Make small copies of captures where they lie, and analyse them together elsewhere:

	deadpeer slim /captures/\*.pcap.gz -o copies

	deadpeer copies -o report

Watch an interface for weeks:

	deadpeer -i eth0 -o /var/log/deadpeer --rotate 1d --keep 14

Mail each event, and log it:

	deadpeer -i eth0 --syslog --on-event 'while read -r event; do echo "$event" | mail -s deadpeer ops; done'

Show somebody else what happened, with other addresses:

	deadpeer trace.pcap -o report --evidence evidence --anonymise @key

Find out on which side of a firewall connections die:

	deadpeer compare client-side.pcap server-side.pcap -o report

List the connections of this host that nothing will end when their peers die:

	deadpeer sockets --format csv | grep 'keepalive off'

Watch a port on another machine:

	ssh root@gateway tcpdump -U --immediate-mode -i any -s 256 -w - port 5432 | deadpeer -

# SEE ALSO

*tcpdump*(8), *tshark*(1), *pcap-filter*(7), *tcp*(7)
)";

struct ExitMeaning {
    int code;
    std::string_view meaning;
};

constexpr ExitMeaning kExitMeanings[] = {
    {0, "Everything was read and written."},
    {1, "The command line is wrong, or memory ran out."},
    {2, "An input is damaged or truncated, or one of several was refused: the rest is reported."},
    {3, "Nothing could be read or captured, or another run writes to the folder: no report."},
    {4, "A report could not be written, or the sandbox or an alert could not be set up."},
    {5, "The capture failed on the way; the report up to then is complete."},
    {10, "--fail-on matched."},
};

template <typename... Args>
void add(std::string& out, fmt::format_string<Args...> text, Args&&... words) {
    fmt::format_to(std::back_inserter(out), text, std::forward<Args>(words)...);
}

// Plain text, without what scdoc would take for marks.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\_*`").find(c) != std::string_view::npos) out += c == '`' ? "" : "\\";
        if (c != '`') out += c;
    }
    return out;
}

// Of a sentence that begins with a mark of scdoc's for lists and tables, or a comment.
std::string paragraph(std::string_view text) {
    const bool marked =
        !text.empty() && std::string_view("-|[];.#").find(text.front()) != std::string_view::npos;
    return (marked ? "\\" : "") + plain(text);
}

void add_option(std::string& out, const OptionRow& option) {
    std::string names;
    for (const std::string& name : option.names) add(names, "{}*{}*", names.empty() ? "" : ", ", name);
    if (!option.value_name.empty()) add(names, " _{}_", plain(option.value_name));
    add(out, "{}\n\t{}\n\n", names, paragraph(option.meaning + "."));
}

void add_options(std::string& out) {
    std::string group = "none";
    std::string seldom;
    for (const OptionRow& option : option_list()) {
        if (option.group.empty()) {
            add_option(seldom, option);
            continue;
        }
        if (option.group != group) add(out, "## {}\n\n", option.group);
        group = option.group;
        add_option(out, option);
    }
    out += "## Seldom wanted\n\n" + seldom;
}

void add_glossary(std::string& out) {
    for (const GlossarySection& section : glossary()) {
        add(out, "## {} ({})\n\n", plain(section.kind), plain(section.found_in));
        for (const GlossaryEntry& entry : section.entries) {
            add(out, "*{}*{}{}\n\t{}{}{}\n\n", plain(entry.code), entry.severity.empty() ? "" : ", ",
                entry.severity, paragraph(entry.meaning), entry.advice.empty() ? "" : " ",
                plain(entry.advice));
        }
    }
}

}  // namespace

std::string manual_as_scdoc() {
    std::string out(kBegin);
    out += "\n# OPTIONS\n\n";
    add_options(out);
    out +=
        "# DEADPEER DIFF\n\nCompares report folders: what died, what changed, what is gone, what is new; of "
        "more than "
        "two, the oldest\nfirst, the trend.\n\n";
    for (const OptionRow& option : diff_option_list()) add_option(out, option);
    out +=
        "# DEADPEER SLIM\n\nMakes a small copy of each capture, NAME.slim.pcapng.zst, with all that the "
        "analysis reads of it.\nReports of the copies are those of the captures, names and frame numbers "
        "included.\n\n";
    for (const OptionRow& option : slim_option_list()) add_option(out, option);
    out +=
        "# DEADPEER SOCKETS\n\nLists the TCP connections of this host: the keepalive that their sockets are "
        "set to, their timers,\nand the processes that have them; with a report, what was inferred beside "
        "what "
        "is set. Sockets of\nother processes need CAP_SYS_PTRACE.\n\n";
    for (const OptionRow& option : sockets_option_list()) add_option(out, option);
    out +=
        "# DEADPEER COMPARE\n\nPuts two captures of one path together, that nearer to the client first, and "
        "tells which segments were\nlost between, and what ended each connection, and where.\n\n";
    for (const OptionRow& option : compare_option_list()) add_option(out, option);
    out += "# REPORTS\n\nWhat each column means is printed by *deadpeer --columns*.\n\n";
    for (const ReportInfo& report : kReports)
        add(out, "_{}.csv_\n\t{}\n\n", report.name, plain(report.meaning));
    out += "# EXIT STATUS\n\n";
    for (const ExitMeaning& exit : kExitMeanings)
        add(out, "*{}*\n\t{}\n\n", exit.code, paragraph(exit.meaning));
    out += "# CODES\n\nAlso printed by *deadpeer --explain*.\n\n";
    add_glossary(out);
    out.pop_back();
    out += kEnd;
    return out;
}

}  // namespace deadpeer::cli
