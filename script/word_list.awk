# word_list.awk - turns a word list (FOLDER/data/NAME.tsv) into rows that C includes at build time:
#
#   awk -f script/word_list.awk connectors/columns/data/column_names.tsv
#
# The first line names the columns; a line that begins with "#" is a comment. Every other line becomes
# ROW("cell", "cell", ...); a column whose name is in brackets, as [role], holds C identifiers or
# whole numbers and is written without quotes. The code that includes the rows defines ROW. A bad line ends with exit 1 and
# the file, the line and what is wrong with it.
BEGIN { FS = "\t" }

function fail(reason) {
    printf "%s:%d: %s\n", FILENAME, FNR, reason > "/dev/stderr"
    failed = 1
    exit 1
}

# A C string literal. Byte by byte, since the escapes of gsub differ between awks.
function quote(cell,    i, byte, literal) {
    for (i = 1; i <= length(cell); i++) {
        byte = substr(cell, i, 1)
        literal = literal (byte == "\\" || byte == "\"" ? "\\" : "") byte
    }
    return "\"" literal "\""
}

/^#/ { next }

!columns {
    columns = NF
    for (i = 1; i <= NF; i++)
        is_identifier[i] = $i ~ /^\[.*\]$/
    printf "/* Made from %s by script/word_list.awk. */\n", FILENAME
    next
}

{
    if (NF != columns)
        fail("expected " columns " columns separated by tabs, found " NF)
    if ($0 in seen)
        fail("the same row is already on line " seen[$0])
    seen[$0] = FNR
    row = ""
    for (i = 1; i <= NF; i++) {
        cell = $i
        if (cell == "")
            fail("column " i " is empty; write - for none")
        if (cell ~ /^ | $|\r/)
            fail("column " i " begins or ends with white space")
        if (is_identifier[i]) {
            if (cell !~ /^([A-Za-z_][A-Za-z0-9_]*|-?[0-9]+)$/)
                fail("\"" cell "\" in column " i " is neither a C identifier nor a whole number")
        } else {
            cell = quote(cell)
        }
        row = row (i > 1 ? ", " : "") cell
    }
    print "ROW(" row ")"
}

END {
    if (!failed && !columns) {
        printf "%s: empty; the first line must name the columns\n", FILENAME > "/dev/stderr"
        exit 1
    }
}
