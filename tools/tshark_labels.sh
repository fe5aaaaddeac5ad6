# tshark's labels as compare_labels reads them. Sourced.

# The column order is that of segments.csv, wireshark_labels.
tshark_labels=(keep_alive keep_alive_ack zero_window_probe zero_window_probe_ack zero_window window_full
    window_update lost_segment ack_lost_segment duplicate_ack retransmission fast_retransmission
    spurious_retransmission out_of_order reused_ports)

# What to give to --wireshark for the installed tshark: the release whose rules it has.
tshark_release() {
    local major minor
    read -r major minor <<<"$(tshark --version 2>/dev/null |
        sed -n '1s/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')"
    case $((major * 100 + minor)) in
    400 | 401) echo 4.0 ;;
    402 | 403 | 404) echo 4.4 ;;
    *) echo 4.6 ;;
    esac
}

# export_labels CAPTURE OUT.tsv: frame, stream and labels of each frame with TCP, in one pass. What an ICMP
# error quotes is no segment, though tshark dissects it as one. tshark goes on to the end of a damaged file
# and says so; what it read is in OUT.tsv.
export_labels() {
    local label fields=(-e frame.number -e tcp.stream) config log
    for label in "${tshark_labels[@]}"; do fields+=(-e "tcp.analysis.$label"); done
    config=$(mktemp -d) # the user's own preferences could change labels
    log=$(WIRESHARK_CONFIG_DIR=$config tshark -n -r "$1" -Y 'tcp and not icmp and not icmpv6' \
        -T fields -E header=y -E occurrence=a \
        "${fields[@]}" 2>&1 >"$2") || true
    rm -r "$config"
    grep -v -e '^Running as user' -e '^$' <<<"$log" >&2 || true
}
