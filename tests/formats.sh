#!/usr/bin/env bash
# formats.sh - `winnow read` gives every file of ../shared/data/formats its exit code, connector and
# numbers of records, rejects and skipped records as listed in tests/formats.tsv. The column `note` of
# that list says why a result is wrong or surprising: it is recorded, not wished for.
#
#   tests/formats.sh [WINNOW]            compares; files that are not listed must exit with 0, 2 or 3
#   tests/formats.sh --update [WINNOW]   rewrites the list, notes kept; review the diff
set -eu
cd "$(dirname "$0")/.."
update=no
if [ "${1:-}" = --update ]; then
    update=yes
    shift
fi
winnow=$(realpath "${1:-build/winnow}")
formats=$PWD/../shared/data/formats
if [ ! -d "$formats" ]; then
    echo "formats: ../shared/data/formats does not exist: skipped"
    exit 77
fi
list=$PWD/tests/formats.tsv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# read_one PATH: its row of the list, without a note. The first line of --explain has the scores of the
# connectors, as in "FILE: csv 97: ...; json 5: ..."; the last line of each table has the counts.
read_one() {
    local path=$1 code=0 name=$work/$$
    (cd "$formats" && "$winnow" read --explain --rejects "$name.csv" "$path") >/dev/null 2>"$name" || code=$?
    awk -v path="$path" -v code="$code" '
        match($0, / [0-9]+ records, [0-9]+ rejects(, [0-9]+ skipped)?$/) {
            split(substr($0, RSTART + 1), counts, " ")
            records += counts[1]
            rejects += counts[3]
            skipped += counts[5]
        }
        NR == 1 && index($0, path ": ") == 1 {
            count = split(substr($0, length(path) + 3), scores, "; ")
            for (i = 1; i <= count; i++)
                if (split(scores[i], words, /[ :]/) > 1 && words[2] + 0 > best) {
                    best = words[2] + 0
                    connector = words[1]
                }
        }
        END {
            printf "%s\t%d\t%s\t%d\t%d\t%d\n", path, code, connector ? connector : "-", records, rejects, skipped
        }' "$name"
}
export -f read_one
export formats winnow work

# shellcheck disable=SC2016 # $1 is for the other shell
(cd "$formats" && find . -type f ! -name SOURCE.txt ! -name 'LICENSE*' ! -name '*.jpg' ! -name '*.au' \
    ! -name '*.gif' -printf '%P\0') |
    xargs -0 -P "$(nproc)" -I PATH bash -c 'read_one "$1"' bash PATH | LC_ALL=C sort >"$work/rows"
[ -s "$work/rows" ]

if [ $update = yes ]; then
    awk -F'\t' -v OFS='\t' '
        BEGIN { print "path", "exit", "connector", "records", "rejects", "skipped", "note" }
        FILENAME == ARGV[1] { note[$1] = $7; next }
        { print $0, note[$1] != "" ? note[$1] : "-" }' "$list" "$work/rows" >"$work/list"
    cp "$work/list" "$list"
    exit
fi

awk -F'\t' '
    FILENAME == ARGV[1] {
        if (FNR > 1) {
            expected[$1] = $1 FS $2 FS $3 FS $4 FS $5 FS $6
            listed++
        }
        next
    }
    !($1 in expected) {
        print "formats: not listed: " $0
        faults += $2 != 0 && $2 != 2 && $2 != 3
        next
    }
    {
        found++
        if ($0 != expected[$1]) {
            print "formats: expected " expected[$1]
            print "formats: found    " $0
            faults++
        }
    }
    END {
        print "formats: " found + 0 " of " listed + 0 " listed files are here, " faults + 0 " results differ"
        exit faults || !found
    }' "$list" "$work/rows"
