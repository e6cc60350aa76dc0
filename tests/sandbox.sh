#!/usr/bin/env bash
# sandbox.sh - the kernel refuses the network, other programs and writing elsewhere before the first input
# is opened, in every thread; [run] sandbox and on_finish do what they say.
#
#   tests/sandbox.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
build=$(dirname "$winnow")
intruder=$build/tests/libintruder.so
[ -e "$build/winnow-small.winnow" ] || {
    echo "sandbox: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "sandbox: $*" >&2
    exit 1
}
mkdir "$work/inbox"
printf 'review\nThe battery broke after a week\nLovely and quick\n' >"$work/inbox/reviews.csv"
printf '[source]\npath = inbox/*.csv\n[output]\npath = out\n' >"$work/job.ini"

# A kernel (or a container) without seccomp or Landlock cannot be tested.
"$winnow" run --quiet "$work/job.ini" --set run.sandbox=require 2>"$work/errors" || {
    grep -q 'does not provide' "$work/errors" || fail "$(cat "$work/errors")"
    echo "sandbox: $(cat "$work/errors"): skipped"
    exit 77
}

# The sanitizers want to be loaded first, and the address sanitizer itself uses ptrace.
if ! grep -q '^WINNOW_SANITIZE:.*=.' "$build/CMakeCache.txt"; then
    attempt() {
        rm -f "$work/log"
        env INTRUDER_LOG="$work/log" INTRUDER_INPUT=inbox/ INTRUDER_TARGET="$work/stolen" \
            LD_PRELOAD="$intruder" "$@" >"$work/printed" 2>"$work/errors" || fail "$*: $(cat "$work/errors")"
        [ -s "$work/log" ] || fail "$*: the intruder did not see an input"
    }
    for command in "run --quiet $work/job.ini" "plan $work/job.ini" "read $work/inbox/reviews.csv"; do
        # shellcheck disable=SC2086 # words
        attempt "$winnow" $command
        [ "$(grep -c ' EPERM$' "$work/log")" -eq 14 ] || fail "$command: not refused:" "$(cat "$work/log")"
        [ "$(grep -c '^main-thread write-.* EACCES$' "$work/log")" -eq 2 ] ||
            fail "$command: may write:" "$(cat "$work/log")"
        [ ! -e "$work/stolen" ] || fail "$command: the file was written"
    done
    # Without the sandbox, the same attempts succeed, so they are real.
    attempt "$winnow" run --quiet "$work/job.ini" --set run.sandbox=no
    [ "$(grep -c 'socket(AF_UNIX) allowed$' "$work/log")" -eq 2 ] || fail "no sandbox:" "$(cat "$work/log")"
    [ -e "$work/stolen" ] || fail "no sandbox: the file was not written"
fi

# on_finish runs outside, and knows how the run ended.
# shellcheck disable=SC2016 # for the hook's shell
hook='run.on_finish=echo "$WINNOW_EXIT $WINNOW_READ $WINNOW_UNCHANGED $WINNOW_NEW"'
[ "$("$winnow" run --quiet "$work/job.ini" --set "$hook")" = "0 2 2 0" ] || fail "on_finish after success"
printf '[source]\npath = missing.csv\n[output]\npath = out2\n' >"$work/broken.ini"
printed=$("$winnow" run --quiet "$work/broken.ini" --set "$hook" 2>/dev/null) && fail "broken.ini succeeds"
[ "$printed" = "3 0 0 0" ] || fail "on_finish after an error: $printed"
code=0
"$winnow" run --quiet "$work/job.ini" --set run.on_finish=false 2>"$work/errors" || code=$?
[ $code -eq 1 ] || fail "a failing on_finish: exit $code"
grep -q 'on_finish: the command exited with 1' "$work/errors" || fail "no note about on_finish"

# An export that did not come.
touch -d '3 days ago' "$work/inbox/reviews.csv"
code=0
"$winnow" run --quiet "$work/job.ini" --set source.expect_every=2d 2>"$work/errors" || code=$?
[ $code -eq 1 ] || fail "an old export: exit $code"
grep -q 'no new export: the newest file is 3.0 days old' "$work/errors" || fail "$(cat "$work/errors")"
"$winnow" run --quiet "$work/job.ini" --set source.expect_every=4d || fail "an export of three days ago"

# Every line of --log json is an object.
"$winnow" run --log json "$work/job.ini" 2>"$work/events"
grep -q '^{"event":"totals","read":2,.*}$' "$work/events" || fail "no totals: $(cat "$work/events")"
! grep -v '^{"event":"[a-z]*",.*}$' "$work/events" || fail "not an event"

# doctor says what the kernel refuses, and gives each fault its remedy.
"$winnow" doctor "$work/job.ini" >"$work/printed" || fail "doctor: exit $?" "$(cat "$work/printed")"
for line in 'sockets: refused by the kernel' 'io_uring: refused' 'other programs: refused' \
    'writing outside the output folder: refused' 'gives the bits of scalar' 'its key fits' 'All checks passed'; do
    grep -q "$line" "$work/printed" || fail "doctor does not say '$line':" "$(cat "$work/printed")"
done
# expect_fault PATTERN: doctor exits with 4 and names the fault
expect_fault() {
    local code=0
    "$winnow" doctor "$work/job.ini" >"$work/printed" 2>&1 || code=$?
    [ $code -eq 4 ] || fail "doctor: exit $code with fault $1"
    grep -Eq "^FAULT +$1" "$work/printed" || fail "doctor does not say $1:" "$(cat "$work/printed")"
}
chmod 644 "$work/out/winnow.key"
expect_fault 'permissions .*winnow.key has mode 644: chmod 600'
chmod 600 "$work/out/winnow.key"
chmod o+w "$work/job.ini"
expect_fault 'permissions .*chmod go-w'
chmod o-w "$work/job.ini"
tr 0-9 1-90 <"$work/out/winnow.key" >"$work/key"
cp "$work/out/winnow.key" "$work/right-key"
cp "$work/key" "$work/out/winnow.key"
expect_fault 'database .*not the key'
cp "$work/right-key" "$work/out/winnow.key"
dd if=/dev/urandom of="$work/out/winnow.db" bs=512 seek=10 count=20 conv=notrunc status=none
expect_fault 'database '
