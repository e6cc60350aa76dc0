#!/usr/bin/env bash
# manual.sh WINNOW - docs/winnow.1 and --help agree: the same commands, options, job file sections and
# exit codes.
set -euo pipefail
winnow=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "manual.sh: $*" >&2; exit 1; }

sed 's/\\-/-/g' docs/winnow.1 >"$work/manual"
"$winnow" --help >"$work/help"
sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/help" >"$work/commands"
[ "$(wc -l <"$work/commands")" -ge 9 ] || fail "no commands in winnow --help"

# The manual has a section for each command; tokenize, generate and score share one.
while read -r command; do
    grep -Eq "^\.SS ([a-z]+, )*$command(, [a-z]+)*$" "$work/manual" || fail "no section on $command"
    "$winnow" "$command" --help | sed -nE 's/^  (-.,|   ) (--[a-z0-9-]+).*/\2/p'
done <"$work/commands" | sort -u >"$work/options"
[ "$(wc -l <"$work/options")" -ge 40 ] || fail "few options: $(tr '\n' ' ' <"$work/options")"
grep -Eo -- '--[a-z][a-z0-9-]*' "$work/manual" | sort -u | grep -vxE -- '--(version|help)' \
    >"$work/documented"
diff "$work/options" "$work/documented" || fail "options (<) and the manual (>) differ"

"$winnow" plan --keys | sed -nE 's/^\[([a-z]+).*/\1/p' >"$work/sections"
while read -r section; do
    grep -qF "[$section]" "$work/manual" || fail "the manual lacks [$section]"
done <"$work/sections"

sed -n '/^exit codes:/,$s/^ *\([0-9]*\) .*/\1/p' "$work/help" >"$work/codes"
sed -n '/^\.SH EXIT STATUS/,/^\.SH EXAMPLES/s/^\.B \([0-9]*\)$/\1/p' "$work/manual" |
    diff "$work/codes" - || fail "exit codes of --help (<) and the manual (>) differ"
