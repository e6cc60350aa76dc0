#!/usr/bin/env bash
# interruption.sh - kills `winnow run` (SIGKILL), interrupts it (SIGINT) or gives it a full disk at the nth
# write to disk, for many n. The next run must write the bytes of a run that was never stopped.
#
#   tests/interruption.sh [WINNOW]        about forty values of n, evenly spaced
#   WINNOW_EVERY=1 tests/interruption.sh  every n
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
fault=$(dirname "$winnow")/tests/libfault.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0

complain() {
    echo "interruption: $*" >&2
    faults=$((faults + 1))
}

# shellcheck source=tests/fakes/tiny_job.sh
. tests/fakes/tiny_job.sh
tiny_job "$work" "$winnow"
add_kiosk "$work"

settings=()

run() {
    "$winnow" run -q "$work/job.ini" "${settings[@]}" 2>"$work/said" || {
        cat "$work/said" >&2
        complain "$*: the next run exits with $?"
    }
}

# The expected output: a run that is never stopped, and a second one over the same files.
FAULT=count FAULT_COUNT="$work/count" LD_PRELOAD="$fault" "$winnow" run -q "$work/job.ini"
changes=$(cat "$work/count")
cp -r "$work/out" "$work/whole"
run "whole"
cp -r "$work/out" "$work/again"
cmp "$work/whole/feedback.csv" "$work/again/feedback.csv" || complain "a second run differs"
grep -q '"texts": 0' "$work/again/run.json" || complain "a second run analyzes texts"

step=$((changes / 40 + 1))
[ -z "${WINNOW_EVERY:-}" ] || step=1
for kind in kill interrupt full; do
    for at in $(seq 1 "$step" "$changes"); do
        rm -rf "$work/out" "$work/stopped"
        code=0
        { FAULT=$kind FAULT_AT=$at LD_PRELOAD="$fault" "$winnow" run -q "$work/job.ini"; } \
            >"$work/said" 2>&1 || code=$?
        case $kind in
        kill) [ $code -eq 137 ] || complain "kill at $at: exit code $code" ;;
        # Near the end of a run there is nothing left to interrupt: it exits with 0.
        interrupt) [ $code -eq 130 ] || same "$work/out" "$work/whole" || complain "interrupt at $at: exit code $code" ;;
        # The last writes remove temporary data of a complete run: their errors do not matter.
        full) [ $code -eq 4 ] || same "$work/out" "$work/whole" || complain "full at $at: exit code $code" ;;
        esac
        cp -r "$work/out" "$work/stopped"
        run "$kind at $at of $changes"
        # If it was stopped after its work was done, the next run is a second one.
        same "$work/out" "$work/whole" ||
            { same "$work/stopped" "$work/whole" && same "$work/out" "$work/again"; } ||
            complain "$kind at $at of $changes: the outputs differ"
    done
done

# The same for a run whose settings replace every record: without ids, and in another time zone.
settings=(--set source.map=id= --set source.zone=+09:00)
replace() {
    rm -rf "$work/out"
    cp -r "$work/whole" "$work/out"
    FAULT=$1 FAULT_AT=${2:-} FAULT_COUNT="$work/count" LD_PRELOAD="$fault" \
        "$winnow" run -q "$work/job.ini" "${settings[@]}"
}
replace count
changes=$(cat "$work/count")
cp -r "$work/out" "$work/replaced"
grep -q '"new": 0,' "$work/out/run.json" || complain "corrected rows count as new"
step=$((changes / 40 + 1))
[ -z "${WINNOW_EVERY:-}" ] || step=1
for at in $(seq 1 "$step" "$changes"); do
    code=0
    { replace kill "$at"; } >"$work/said" 2>&1 || code=$?
    [ $code -eq 137 ] || complain "kill at $at: exit code $code"
    rm -rf "$work/stopped"
    cp -r "$work/out" "$work/stopped"
    run "kill at $at of $changes, other settings"
    same "$work/out" "$work/replaced" || same "$work/stopped" "$work/replaced" ||
        complain "kill at $at of $changes, other settings: the outputs differ"
done
[ "$faults" -eq 0 ]
