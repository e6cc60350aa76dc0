#!/usr/bin/env bash
# ask.sh - the questions of tests/ask to the samples and to the feedback there, with the default model: an answer is
# among the first five quotes as often as when this was written. docs/ASK.md has the figures of first measurements.
#
#   tests/ask.sh [WINNOW]
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
[ -e "$(dirname "$winnow")/winnow-small.winnow" ] || {
    echo "ask: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r samples "$work/samples"
cp tests/ask/*.csv tests/ask/*.ini "$work"
faults=0

# asked JOB QUESTIONS MIN: at least MIN of the answerable questions are answered among the first five quotes
asked() {
    "$winnow" eval --task ask --job "$work/$1" --min "$3" --list "$work/$2" >"$work/printed" || {
        echo "ask: $2: fewer than $3 of the answers are among the first five" >&2
        cat "$work/printed" >&2
        faults=$((faults + 1))
    }
    awk '/^recognized/ { found = $6 / $8 } END { exit found < 0.7 }' "$work/printed" || {
        echo "ask: $2: too few questions without an answer are recognized" >&2
        cat "$work/printed" >&2
        faults=$((faults + 1))
    }
}

"$winnow" run --quiet "$work/samples/job.ini"
for job in courses hotel clinic museum; do
    "$winnow" run --quiet "$work/$job.ini"
done
asked samples/job.ini demo-dev.csv 0.95
asked samples/job.ini demo-test.csv 0.90
asked courses.ini courses-dev.csv 0.95
asked hotel.ini hotel-test.csv 0.95
asked clinic.ini clinic-test.csv 0.95
asked museum.ini museum-test.csv 0.90

# Key points that several records of the answer say.
"$winnow" ask "$work/samples/job.ini" "what do people love about the kettle?" | grep -q '^Key points$' || {
    echo "ask: the answer has no key points" >&2
    faults=$((faults + 1))
}

# A sentence without a word of the question, nor one that the list relates to it, is found by its vector.
printf '%s\n' 'id,text' '1,"The lecturer speaks at lightning speed."' '2,"I love the slides."' '3,"Parking costs a fortune."' \
    '4,"They never pick up when you ring."' '5,"Subtitles are missing in week three."' >"$work/rows.csv"
printf '%s\n' '[source]' 'path = rows.csv' '[output]' 'path = rows' >"$work/rows.ini"
"$winnow" run --quiet "$work/rows.ini"
"$winnow" ask -n 1 --json "$work/rows.ini" "can you reach them by phone?" | grep -q '"text":"They never pick up when you ring."' || {
    echo "ask: the vectors do not find the closest sentence" >&2
    faults=$((faults + 1))
}

"$winnow" ask --set "model.path=$PWD/tests/unit/data/tiny-gated" "$work/rows.ini" "is parking dear?" 2>"$work/printed" | grep -q 'Parking costs a fortune' || {
    echo "ask: an index of another model is not searched by words" >&2
    faults=$((faults + 1))
}
grep -q 'only words are searched' "$work/printed" || {
    echo "ask: an index of another model is searched without a note" >&2
    faults=$((faults + 1))
}

# Any question gets an answer or "nothing": no input stops the command.
printf '%s\n' '"' '" OR *' "'; DROP TABLE feedback;" '한' 'a b c d e f g h i j k l m n o p' '???' '1 2 3' \
    '2026-99-99' 'since since since' '년월일' 'NEAR(a b)' '별점 9점' | "$winnow" ask "$work/samples/job.ini" --json >"$work/printed"
[ "$(grep -c '^{"question":' "$work/printed")" -eq 12 ] || {
    echo "ask: a question has no answer in JSON" >&2
    faults=$((faults + 1))
}
[ "$faults" -eq 0 ]
