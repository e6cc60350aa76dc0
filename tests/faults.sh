#!/usr/bin/env bash
# faults.sh - wrong usage, unreadable input, damaged files, a full disk, signals: each has its exit code
# and message, and what was saved before is not lost.
#
#   tests/faults.sh [WINNOW]
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
# shellcheck source=tests/fakes/tiny_job.sh
. tests/fakes/tiny_job.sh
tiny_job "$work" "$winnow"
faults=0

# expect CODE MESSAGE COMMAND...: COMMAND exits with CODE and prints a line that contains MESSAGE
expect() {
    local code=0 expected=$1 message=$2
    shift 2
    "$@" >"$work/printed" 2>"$work/errors" || code=$?
    if [ $code -ne "$expected" ] || { [ -n "$message" ] && ! grep -qF -- "$message" "$work/errors"; }; then
        echo "faults: $*: exit code $code, expected $expected and '$message':" >&2
        cat "$work/errors" >&2
        faults=$((faults + 1))
    fi
}

job=$work/job.ini

# Usage and job files: 2
expect 2 "no command given" "$winnow"
expect 2 "did you mean 'run'" "$winnow" rnu
expect 2 "--model MODEL is required" "$winnow" tokenize
expect 2 "expected import, info, verify or prune" "$winnow" model inspect "$job"
expect 4 "no-model.winnow" "$winnow" model verify "$work/no-model.winnow"
expect 2 "did you mean --wait" "$winnow" run "$job" --wiat 3
expect 2 "usage: winnow run" "$winnow" run
expect 2 "did you mean 'group'" "$winnow" run "$job" --set gruop.by=x
expect 2 "job.ini" "$winnow" run "$work/no-job.ini"
expect 2 "no record has" "$winnow" run "$job" --set group.by=colour --set "output.path=$work/colour"
expect 2 "expected a date" "$winnow" report "$job" --since yesterday

# Nothing saved yet, then a run: 4, 0
expect 4 "winnow run" "$winnow" report "$job" --print
"$winnow" run -q "$job"
cp -r "$work/out" "$work/whole"

printf 'Date: day,Comment\nSubject: x,a good kettle\nFrom: me,a bad kettle\n' >"$work/ambiguous.txt"
expect 2 "more than one format matches (csv 90: " "$winnow" read "$work/ambiguous.txt"
expect 0 "" "$winnow" read --format csv "$work/ambiguous.txt"
expect 0 "" "$winnow" read --format CSV "$work/ambiguous.txt"
expect 2 "no such connector" "$winnow" read --format cvs "$work/ambiguous.txt"
expect 2 "no such connector" "$winnow" eval --format cvs "$work/ambiguous.txt"
expect 0 "" "$winnow" plan "$job" --set source.format=CSV
expect 2 "did you mean 'csv'" "$winnow" plan "$job" --set source.format=cvs

# Inputs: 3, 0, 1
expect 3 "more than one format matches" "$winnow" run -q "$job" --set source.path=ambiguous.txt
expect 3 "No such file" "$winnow" run -q "$job" --set source.path=missing.csv
: >"$work/empty.csv"
expect 0 "empty" "$winnow" run "$job" --set source.path=empty.csv
expect 3 "no file to read: no file matches" "$winnow" run "$job" --set 'source.path=nothing/*.csv'
expect 0 "" "$winnow" run "$job" --set 'source.path=nothing/*.csv' --set source.optional=yes
expect 0 "" "$winnow" run "$job" --set source.path=nothing.csv --set source.optional=yes
printf 'id,review\n1,good\n2,"never closed\n3,fine, but,too,wide\n' >"$work/broken.csv"
expect 1 "max_rejects_pct" "$winnow" run -q "$job" --set source.path=broken.csv --set run.max_rejects_pct=0
expect 2 "nosuch" "$winnow" run -q "$job" --set source.map=text=nosuch
head -c 3000 /dev/zero >"$work/zeros.bin"
expect 3 "zeros.bin" "$winnow" run -q "$job" --set source.path=zeros.bin
# `winnow read` reports each file that it cannot read, within an archive too.
cp "$work/zeros.bin" "$work/more-zeros.bin"
tar -C "$work" -cf "$work/zeros.tar" zeros.bin more-zeros.bin
for name in zeros.tar/zeros.bin zeros.tar/more-zeros.bin no-file.csv; do
    expect 3 "$name: " "$winnow" read "$work/zeros.tar" "$work/no-file.csv"
done

# Missing permissions: 3 for inputs, 4 for the output folder. They do not bind root, so as root these
# runs belong to another user, who owns a copy of everything needed.
as_user=()
user_folder=$work/user
mkdir "$user_folder" "$user_folder/closed"
cp -r "$winnow" "$job" "$work/tiny.winnow" "$work/in" "$user_folder"
cp "$work/in/a.csv" "$user_folder/closed.csv"
chmod 000 "$user_folder/closed.csv" "$user_folder/closed"
if [ "$(id -u)" -eq 0 ]; then
    as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 711 "$work"
    chown -R 65534:65534 "$user_folder"
fi
run_as_user() {
    "${as_user[@]}" "$user_folder/$(basename "$winnow")" run -q "$user_folder/job.ini" "$@"
}
expect 0 "" run_as_user
expect 3 "closed.csv: Permission denied" run_as_user --set source.path=closed.csv
expect 3 "Permission denied" run_as_user --set source.path=closed
expect 3 "closed: Permission denied" run_as_user --set 'source.path=closed/*.csv'
expect 4 "Permission denied" run_as_user --set output.path=closed/out

# Model: 4
expect 4 "gone.winnow" "$winnow" run -q "$job" --set model.path=gone.winnow
head -c 5000 "$work/tiny.winnow" >"$work/cut.winnow"
expect 4 "cut.winnow" "$winnow" run -q "$job" --set model.path=cut.winnow

# Database: 4, and the file is not changed
for bytes in garbage cut foreign; do
    mkdir "$work/$bytes"
    case $bytes in
    garbage) head -c 20000 /dev/urandom >"$work/$bytes/winnow.db" ;;
    cut) head -c 20000 "$work/whole/winnow.db" >"$work/$bytes/winnow.db" ;;
    foreign) cp "$work/whole/winnow.db" "$work/$bytes/winnow.db" ;;
    esac
    # Byte 60 of the header: the version of the schema.
    [ $bytes != foreign ] || printf '\0\0\0\143' | dd of="$work/$bytes/winnow.db" bs=1 seek=60 conv=notrunc 2>"$work/dd"
    cp "$work/$bytes/winnow.db" "$work/before"
    message="damaged"
    [ $bytes != foreign ] || message="schema version 99"
    expect 4 "$message" "$winnow" run -q "$job" --set "output.path=$work/$bytes"
    cmp "$work/before" "$work/$bytes/winnow.db" || faults=$((faults + 1))
done

# Lock: 75 and the process that holds it; with --wait it waits
: >"$work/locked"
(
    flock 9
    echo $BASHPID >&9
    echo locked
    while [ ! -e "$work/release" ]; do sleep 0.1; done
) 9>"$work/out/winnow.lock" >"$work/locked" &
holder=$!
while ! grep -q locked "$work/locked"; do sleep 0.1; done
expect 75 "another run (process" "$winnow" run -q "$job"
(sleep 1 && : >"$work/release") &
expect 0 "" "$winnow" run -q "$job" --wait 60
wait $holder

# Standard output on a full disk: 4
if [ -w /dev/full ]; then
    print_to_full_disk() { "$winnow" --help >/dev/full; }
    expect 4 "" print_to_full_disk
fi

# A signal: 130, and the next run resumes
rm -rf "$work/out"
for i in $(seq 1 400); do
    echo "m$i,2026-03-10,Kettle,3,Writer $i,The battery number $i is as good as the one before it and works"
done >>"$work/in/a.csv"
# stop_by SIGNAL: sends it to a run in the middle of the first pass
stop_by() {
    set -m # else a shell's background jobs ignore SIGINT
    "$winnow" run -q "$job" --set run.batch_records=1 --set "output.path=$work/out$1" &
    local run=$!
    set +m
    while [ ! -e "$work/out$1/winnow.db-wal" ] && kill -0 $run; do sleep 0.01; done
    sleep 0.05
    kill -s "$1" $run
    wait $run
}
for signal in INT TERM; do
    expect 130 "interrupted" stop_by $signal
    "$winnow" run -q "$job" --set run.batch_records=1 --set "output.path=$work/out$signal"
done
"$winnow" run -q "$job"
same "$work/out" "$work/outINT" || { echo "faults: after SIGINT the outputs differ" >&2; faults=$((faults + 1)); }
same "$work/out" "$work/outTERM" || { echo "faults: after SIGTERM the outputs differ" >&2; faults=$((faults + 1)); }
[ "$faults" -eq 0 ]
