#!/usr/bin/env bash
# wishes.sh - what the default model says of answers to questions for praise and for wishes: the wording of the
# question decides nothing, praise in answers to a question for wishes stays praise, and answers to other questions
# are read with their question.
#
#   tests/wishes.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
[ -e "$(dirname "$winnow")/winnow-small.winnow" ] || {
    echo "wishes: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "wishes: $*" >&2
    exit 1
}

cat >"$work/wishes" <<'END'
A second towel rail
Later last trams
Colour labels for folders
A vegan breakfast
Cheaper day tickets
Undo for deleted notes
Wider bicycle racks
Print several pages at once
Subtitles in Welsh
A phone number that somebody answers
Better heating in the swimming hall
Group bookings online
END
cat >"$work/likes" <<'END'
The roof terrace
Short forms
Easy to find
Bicycle racks
Plots beside the text
The bread
Works without a network
Patient trainers
Fair prices
Tidy changing rooms
One ticket for everything
Friendly drivers
END
cat >"$work/praise" <<'END'
I loved it, thank you
Everything was wonderful
The staff are great, keep it up
You do a fantastic job
END

# answer QUESTION FILE LABEL: how many of the answers get the label under the question
answer() {
    rm -rf "$work/job"
    mkdir "$work/job"
    {
        echo 'id,Question,Answer'
        awk -v question="$1" '{ printf "%d,\"%s\",\"%s\"\n", NR, question, $0 }' "$2"
    } >"$work/job/answers.csv"
    printf '[source survey]\npath = answers.csv\n[output]\npath = out\n' >"$work/job/job.ini"
    (cd "$work/job" && "$winnow" run --quiet job.ini) >"$work/log" 2>&1 || fail "run: $(cat "$work/log")"
    grep -c ",$3," "$work/job/out/feedback.csv" || true
}

# require QUESTION FILE LABEL MIN
require() {
    local count
    count=$(answer "$1" "$work/$2" "$3")
    [ "$count" -ge "$4" ] || fail "$1: $count of $(wc -l <"$work/$2") answers are $3"
}

for question in \
    'Which new features would you like to see? (Please list all that you would love.)' \
    'What changes would you like to see?' \
    'What would have made your visit better?' \
    'What could we improve?'; do
    require "$question" wishes negative 11
    require "$question" praise positive 3
done
for question in \
    'Which aspects make it pleasant to come here?' \
    'What do you enjoy most about our club?' \
    'What did we do well?'; do
    require "$question" likes positive 11
done
[ "$(answer 'How did you hear of us?' "$work/likes" positive)" -lt 6 ] ||
    fail "an open question counts as one for praise"
