#!/usr/bin/env bash
# formats.sh - what `winnow read` makes of every file of ../shared/data/formats, where it is there:
# a table of file, recognised as, records, rejects, skipped (no feedback). Fails when a file makes the program fall over.
#
#   tests/formats.sh [WINNOW]
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
formats=$PWD/../shared/data/formats
if [ ! -d "$formats" ]; then
    echo "formats: no ../shared/data/formats here: skipped"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
printf '%-72s %-6s %8s %8s %8s\n' file as records rejects skipped
while IFS= read -r -d '' file; do
    code=0
    "$winnow" read --explain --rejects "$work/rejects.csv" "$file" \
        >"$work/records" 2>"$work/said" || code=$?
    if [ "$code" -ne 0 ] && [ "$code" -ne 2 ] && [ "$code" -ne 3 ]; then
        echo "formats: $file: exit $code" >&2
        cat "$work/said" >&2
        faults=$((faults + 1))
    fi
    # "FILE: csv 97: Google Play ...; json 5: ..." - the highest score; counts stand on the last line
    sed "s|^$formats/||" "$work/said" | awk -v name="${file#"$formats"/}" -v code="$code" '
        match($0, / [0-9]+ records, [0-9]+ rejects(, [0-9]+ skipped)?$/) {
            split(substr($0, RSTART + 1), counts, " ")
            records += counts[1]
            rejects += counts[3]
            skipped += counts[5]
        }
        NR == 1 {
            count = split(substr($0, index($0, ": ") + 2), scores, "; ")
            for (i = 1; i <= count; i++)
                if (split(scores[i], words, /[ :]/) > 1 && words[2] + 0 > best) {
                    best = words[2] + 0
                    as = words[1]
                }
        }
        END {
            if (code > 0)
                as = records ? as "!" : "-"
            printf "%-72s %-6s %8d %8d %8d\n", substr(name, 1, 72), as, records, rejects, skipped
        }'
done < <(find "$formats" -type f ! -name 'SOURCE.txt' ! -name 'LICENSE*' ! -name '*.jpg' ! -name '*.au' \
    ! -name '*.gif' -print0 | sort -z) >"$work/table"
cat "$work/table"
awk '{ files++; records += $(NF - 2); rejects += $(NF - 1); skipped += $NF
       lost += $(NF - 3) == "-"; partly += $(NF - 3) ~ /!$/ }
    END { printf "%d files, %d not recognised or not readable (-), %d read in part (!), %d records, %d rejects, %d skipped\n",
          files, lost, partly, records, rejects, skipped }' "$work/table"
[ "$faults" -eq 0 ]
