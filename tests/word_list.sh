#!/usr/bin/env bash
# word_list.sh - script/word_list.awk writes the expected rows and reports every kind of bad line, and the
# build folder contains the rows of the word lists in the source tree.
set -eu
cd "$(dirname "$0")/.."
build=$(dirname "${1:-build/winnow}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

awk -f script/word_list.awk tests/word_list/rows.tsv >"$work/rows"
diff -u tests/word_list/rows.expected "$work/rows" >&2 || faults=$((faults + 1))

for list in tests/word_list/bad-*.tsv; do
    if awk -f script/word_list.awk "$list" >/dev/null 2>>"$work/bad"; then
        echo "word_list: $list is accepted" >&2
        faults=$((faults + 1))
    fi
done
diff -u tests/word_list/bad.expected "$work/bad" >&2 || faults=$((faults + 1))

lists=$(find base connectors inference jobs pipeline stages -name '*.tsv' | sort)
for list in $lists; do
    awk -f script/word_list.awk "$list" >"$work/rows"
    if ! cmp -s "$work/rows" "$build/generated/${list%.tsv}.inc"; then
        echo "word_list: $build/generated/${list%.tsv}.inc differs from $list" >&2
        faults=$((faults + 1))
    fi
done
[ "$faults" -eq 0 ]
