#!/usr/bin/env bash
# nights.sh - measures nightly runs in which all rows are known, and passes 2 and 3 with all reports. Inference is
# negligible: a tiny model with random weights analyses generated rows of 52 weeks, 40 topics and 20 segments.
#
#   bench/nights.sh [ROWS] [WINNOW] [FOLDER]   default: 100000, build/winnow, a new folder
#
# An existing FOLDER keeps its first run, so that two programs can be compared on the same database.
set -eu
cd "$(dirname "$0")/.."
rows=${1:-100000}
winnow=$(realpath "${2:-build/winnow}")
folder=${3:-$(mktemp -d)}

make_job() {
    mkdir -p "$folder"
    {
        echo "topic,phrase"
        for i in $(seq 1 40); do printf 'topic%d,part%d\ntopic%d,piece%d\n' "$i" "$i" "$i" "$i"; done
    } >"$folder/topics.csv"
    cat >"$folder/prompts.ini" <<END
[window]
input = 32
output = 16
[sentiment]
input = {text}
decoder = <task>
positive = loved
neutral = often
negative = hated
[topics]
input = {text}
decoder = <task>
by = phrases
topics = battery,delivery,price
polarities = positive,neutral,negative
item = {topic} {polarity}
none = never
max_items = 4
[summary]
input = {text}
separator = |
decoder = <task>
max_tokens = 8
END
    "$winnow" model import tests/unit/data/tiny-gated "$folder/tiny.winnow" --prompts "$folder/prompts.ini" >"$folder/said"
    awk -v rows="$rows" 'BEGIN {
        srand(7); print "id,date,product,rating,author,review"
        for (i = 0; i < rows; i++) {
            day = int(364 * i / rows); week = int(day / 7)
            printf "k%d,%s,Product %d,%d,Writer %d,\"Row %d: the part%d came %d days late and the piece%d is %s, in week %d\"\n",
                i, strftime("%Y-%m-%d", 1735776000 + 86400 * day, 1), int(20 * rand()), 1 + int(5 * rand()), int(rows * rand()),
                i, 1 + int(40 * rand() ^ 2), int(9 * rand()), 1 + int(40 * rand()), rand() < 0.5 ? "hated" : "loved", week
        }
    }' >"$folder/rows.csv"
    cat >"$folder/job.ini" <<'END'
[source shop]
path = rows.csv
[model]
path = tiny.winnow
[classify]
taxonomy = topics.csv
[aggregate]
by = product
period = week
[group]
max_groups = 1
[output]
path = out
END
}

timed() {
    echo "$1:"
    shift
    "$winnow" "$@" "$folder/job.ini" 2>&1 | tail -n 3
}

if [ ! -e "$folder/job.ini" ]; then
    make_job
    timed "first night" run
fi
time timed "second night: the documents have other row totals" run
time timed "third night: nothing changes" run
time timed "report with other settings" report --set output.title=Other
