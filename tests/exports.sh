#!/usr/bin/env bash
# exports.sh - whole runs over real exports of all five kinds (../shared/data/formats): every run exits
# with 0, its row totals add up, and a second run over the same files analyzes nothing.
#
#   tests/exports.sh [WINNOW]
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
model=$PWD/tests/unit/data/tiny-gated
formats=$PWD/../shared/data/formats
if [ ! -d "$formats" ]; then
    echo "exports: ../shared/data/formats does not exist: skipped"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

# Prints "ROWS ANALYZED_TEXTS" of a run.json; fails if the row totals do not add up.
account() {
    awk -F'[^0-9a-z]+' '
        { value[$2] = $3 }
        /"(new|unchanged|revised|duplicate|empty|erased|rejected)"/ { states += $3 }
        /"no_opinion"/ { states += $4 }
        END {
            if (value["read"] == "" || value["read"] != states)
                exit 1
            print value["read"], value["texts"]
        }' "$1"
}

# run NAME MIN_ROWS PATH...
run() {
    local name=$1 min_rows=$2 code=0 read analyzed
    shift 2
    { printf '[source]\n'; printf 'path = %s\n' "$@"; printf '[run]\nmax_rejects_pct = 100\n'
      printf '[model]\npath = %s\n[output]\npath = %s\n' "$model" "$work/$name"; } >"$work/$name.ini"
    for round in first second; do
        "$winnow" run --quiet "$work/$name.ini" 2>"$work/$name.err" || code=$?
        if [ "$code" -ne 0 ] || ! read -r read analyzed < <(account "$work/$name/run.json") ||
            [ "$read" -lt "$min_rows" ]; then
            echo "exports: $name, $round run: exit $code, ${read:-no} rows, expected $min_rows or more" >&2
            cat "$work/$name.err" >&2
            faults=$((faults + 1))
            return
        fi
        cp "$work/$name/feedback.csv" "$work/$name.$round.csv"
    done
    if [ "$analyzed" -ne 0 ] || ! cmp -s "$work/$name.first.csv" "$work/$name.second.csv"; then
        echo "exports: $name: the second run analyzed $analyzed texts or changed feedback.csv" >&2
        faults=$((faults + 1))
    fi
    echo "$name: $read rows"
}

run csv 990 "$formats/reviews/restaurant-reviews-tsv/*.tsv"
run survey 100 "$formats/surveys/surveymonkey/weather-check.csv"
run json 100 "$formats/reviews/amazon-grocery-jsonl-sample/*.json"
run xml 10 "$formats/xml/isso-disqus-wp/*.xml"
run mail 30 "$formats/email/mbox/*.mbox" "$formats/email/mikel-mail/plain_emails/*.eml"
[ "$faults" -eq 0 ]
