#!/usr/bin/env bash
# interruption.sh - `winnow run` killed, or refused by a full disk, at one change on disk after the
# other; run again, its outputs must be the bytes of a run that was never stopped.
#
#   tests/interruption.sh WINNOW          about forty places, spread evenly
#   WINNOW_EVERY=1 tests/interruption.sh  every single one
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
fault=$(dirname "$winnow")/tests/libfault.so
data=tests/unit/data/tiny-gated
outputs="feedback.csv topics.csv summaries.csv rejects.csv run.json"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

complain() {
    echo "interruption: $*" >&2
    faults=$((faults + 1))
}

# A model that speaks nonsense, but the same nonsense every time.
cat >"$work/prompts.ini" <<'END'
[window]
input = 64
output = 24
[sentiment]
input = {text}
decoder = <task>
positive = loved
neutral = often
negative = hated
undetected_below = 0.34
[topics]
input = {text}
decoder = <task>
none = never
item = {topic} {polarity}
polarities = positive,neutral,negative
topics = battery,delivery,price
max_items = 2
[summary]
input = {text}
separator = |
decoder = <task>
max_tokens = 16
no_repeat_ngram = 3
END
"$winnow" model import "$data" "$work/tiny.winnow" --prompts "$work/prompts.ini" >"$work/said"

mkdir "$work/in"
{
    echo "id,date,product,rating,author,review"
    for i in $(seq 1 14); do
        echo "k$i,2026-03-$((i + 10)),Kettle,$((i % 5 + 1)),Writer $i,\"The battery broke after $i days, the parcel came late\""
        echo "l$i,2026-04-$((i + 10)),Lamp,$((5 - i % 5)),Writer $i,Loved the price. Number $i works as it should and the box was fine"
    done
    echo "k1,2026-03-11,Kettle,2,Writer 1,\"The battery broke after 1 days, the parcel came late\""
    echo "l99,2026-04-30,Lamp,3,Nobody,n/a"
} >"$work/in/a.csv"
{
    echo "id,date,product,rating,author,review"
    echo "l1,2026-04-11,Lamp,1,Writer 1,It stopped working after all"
    echo "m1,2026-05-01,Kettle,5,Someone,\"Works, and never stopped\""
} >"$work/in/b.csv"
cat >"$work/job.ini" <<'END'
[source shop]
path = in/*.csv
[model]
path = tiny.winnow
threads = 1
[group]
by = product
[run]
batch_records = 7
max_rejects_pct = 50
[output]
path = out
END

same() { # FOLDER FOLDER: the outputs are equal
    local file
    for file in $outputs; do
        cmp -s "$1/$file" "$2/$file" || return 1
    done
}

run() {
    "$winnow" run -q "$work/job.ini" 2>"$work/said" || {
        cat "$work/said" >&2
        complain "$*: the run that follows ends with $?"
    }
}

# Never stopped: once, and again over the same files.
FAULT=count FAULT_COUNT="$work/count" LD_PRELOAD="$fault" "$winnow" run -q "$work/job.ini"
changes=$(cat "$work/count")
cp -r "$work/out" "$work/whole"
run "whole"
cp -r "$work/out" "$work/again"
cmp "$work/whole/feedback.csv" "$work/again/feedback.csv" || complain "a second run differs"
grep -q '"texts": 0' "$work/again/run.json" || complain "a second run infers"

step=$((changes / 40 + 1))
[ -z "${WINNOW_EVERY:-}" ] || step=1
for kind in kill full; do
    for at in $(seq 1 "$step" "$changes"); do
        rm -rf "$work/out" "$work/stopped"
        code=0
        { FAULT=$kind FAULT_AT=$at LD_PRELOAD="$fault" "$winnow" run -q "$work/job.ini"; } \
            >"$work/said" 2>&1 || code=$?
        case $kind in
        kill) [ $code -eq 137 ] || complain "kill at $at: exit code $code" ;;
        # The very last changes tidy up behind a run that is done.
        full) [ $code -eq 4 ] || same "$work/out" "$work/whole" || complain "full at $at: exit code $code" ;;
        esac
        cp -r "$work/out" "$work/stopped"
        run "$kind at $at of $changes"
        # Stopped when all was done, it is a second run that follows.
        same "$work/out" "$work/whole" ||
            { same "$work/stopped" "$work/whole" && same "$work/out" "$work/again"; } ||
            complain "$kind at $at of $changes: the outputs differ"
    done
done
[ "$faults" -eq 0 ]
