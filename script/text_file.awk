# text_file.awk - turns a text file (a style sheet, a script) into C string literals, one a line, that C
# includes at build time:
#
#   awk -f script/text_file.awk connectors/output/data/report.css
#
# Comments that fill whole lines ("/* ... */", "// ...") and blanks at the beginning of lines are left out.
BEGIN { print "/* Made by script/text_file.awk. */" }

# A C string literal. Byte by byte, since the escapes of gsub differ between awks.
function quote(line,    i, byte, literal) {
    for (i = 1; i <= length(line); i++) {
        byte = substr(line, i, 1)
        literal = literal (byte == "\\" || byte == "\"" ? "\\" : "") byte
    }
    return "\"" literal "\\n\""
}

{ sub(/^[ \t]+/, "") }
/^\/\*.*\*\/$/ || /^\/\// || /^$/ { next }
{ print quote($0) }
