#!/usr/bin/env bash
# key_points.sh - what summaries of the default model say of the groups of tests/key_points/feedback.csv.
#
#   tests/key_points.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
[ -e "$(dirname "$winnow")/winnow-small.winnow" ] || {
    echo "key_points: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/job.ini" <<END
[source made-up]
path = $PWD/tests/key_points/feedback.csv
[group]
by = place
period = all
[output]
path = out
END
"$winnow" run -q "$work/job.ini"
failures=0 checked=0
while IFS=$'\t' read -r group says text; do
    case $group in '#'* | group) continue ;; esac
    checked=$((checked + 1))
    found=no
    grep -F "place=$group,all," "$work/out/summaries.csv" | grep -qF "$text" && found=yes
    [ "$found" = "$says" ] || {
        echo "key_points: $group: expected '$text' to be in the summary: $says" >&2
        failures=$((failures + 1))
    }
done <tests/key_points/expected.tsv
[ "$failures" -eq 0 ] || {
    grep '^place=' "$work/out/summaries.csv" >&2
    exit 1
}
echo "key_points: $checked lines hold"
