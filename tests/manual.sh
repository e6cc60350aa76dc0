#!/usr/bin/env bash
# manual.sh - groff formats every manual page without a warning, and the pages and README name every command,
# section of a job file and exit code.
#
#   tests/manual.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "manual.sh: $*" >&2; exit 1; }

script/pages "$winnow" "$work"
for page in "$work"/man?/*; do
    groff -Kutf8 -man -Tutf8 -P-cbou -ww "$page" >"$page.text" 2>"$work/warnings" || fail "groff failed on $page"
    [ ! -s "$work/warnings" ] || fail "groff warns of $page:" "$(cat "$work/warnings")"
done

"$winnow" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >"$work/commands"
[ "$(wc -l <"$work/commands")" -ge 9 ] || fail "no commands in winnow --help"
while read -r command; do
    grep -Eq "^       $command( |$)" "$work/man1/winnow.1.text" || fail "winnow(1) lacks $command"
    grep -Eq "^\|.*\`${command}[\` ]" README.md || fail "README.md lacks $command"
    "$winnow" "$command" --help | sed -nE 's/^  (-.,|   ) (--[a-z0-9-]+).*/\2/p' >"$work/options"
    while read -r option; do
        grep -q -- "$option" "$work/man1/winnow-$command.1.text" || fail "winnow-$command(1) lacks $option"
    done <"$work/options"
done <"$work/commands"

"$winnow" plan --keys | sed -nE 's/^\[([a-z]+).*/\1/p' >"$work/sections"
while read -r section; do
    grep -qF "[$section]" "$work/man5/winnow-job.5.text" || fail "winnow-job(5) lacks [$section]"
done <"$work/sections"

"$winnow" --help | sed -n '/^exit codes:/,$s/^ *\([0-9]*\) .*/\1/p' >"$work/codes"
sed -n '/^### Exit codes/,/^## /s/^| \([0-9]*\) .*/\1/p' README.md | diff "$work/codes" - ||
    fail "exit codes of --help (<) and of README.md (>) differ"
