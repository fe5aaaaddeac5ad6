# awk -f print_report.awk FILE.csv: prints a CSV file for reading on a terminal, without the columns that
# are empty in every row: as a table, or each row as a list if there are many columns or long cells.

# Cuts a CSV line (RFC 4180, no line breaks in cells) into cell[1] ... cell[n]; answers n.
function cut(line, cell,    n, i, c, quoted, text) {
    n = 0
    text = ""
    quoted = 0
    for (i = 1; i <= length(line); ++i) {
        c = substr(line, i, 1)
        if (c == "\"" && quoted && substr(line, i + 1, 1) == "\"") {
            text = text c
            ++i
        } else if (c == "\"") {
            quoted = !quoted
        } else if (c == "," && !quoted) {
            cell[++n] = text
            text = ""
        } else {
            text = text c
        }
    }
    cell[++n] = text
    return n
}

NR == 1 {
    columns = cut($0, name)
    for (i = 1; i <= columns; ++i) width[i] = 0
    next
}

{
    cut($0, cell)
    ++rows
    for (i = 1; i <= columns; ++i) {
        table[rows, i] = cell[i]
        if (length(cell[i]) > width[i]) width[i] = length(cell[i])
    }
}

END {
    title = FILENAME
    sub(/.*\//, "", title)
    printf "\n== %s, %d %s\n", title, rows, rows == 1 ? "row" : "rows"
    if (rows == 0) exit

    widest = 0
    shown = 0
    longest = 0
    for (i = 1; i <= columns; ++i) {
        if (width[i] == 0) continue
        if (length(name[i]) > longest) longest = length(name[i])
        ++shown
        if (width[i] > widest) widest = width[i]
        if (length(name[i]) > width[i]) width[i] = length(name[i])
    }
    if (widest > 60 || shown > 24) {
        for (r = 1; r <= rows; ++r) {
            if (r > 1) print ""
            for (i = 1; i <= columns; ++i) {
                if (table[r, i] != "") printf "  %-" longest "s  %s\n", name[i], table[r, i]
            }
        }
        exit
    }
    for (r = 0; r <= rows; ++r) {
        for (i = 1; i <= columns; ++i) {
            if (width[i] > 0) printf "  %-" width[i] "s", r == 0 ? name[i] : table[r, i]
        }
        print ""
    }
}
