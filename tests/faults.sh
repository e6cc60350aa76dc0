#!/usr/bin/env bash
# faults.sh - bad input, bad files, bad luck: the exit code and the message of each, and nothing
# lost that was saved before.
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
# shellcheck source=tests/fakes/tiny_job.sh
. tests/fakes/tiny_job.sh
tiny_job "$work" "$winnow"
faults=0

expect() { # CODE WORDS COMMAND...: ends with CODE and says WORDS
    local code=0 wanted=$1 words=$2
    shift 2
    "$@" >"$work/printed" 2>"$work/said" || code=$?
    if [ $code -ne "$wanted" ] || { [ -n "$words" ] && ! grep -qF -- "$words" "$work/said"; }; then
        echo "faults: $*: exit code $code instead of $wanted, or without '$words':" >&2
        cat "$work/said" >&2
        faults=$((faults + 1))
    fi
}

job=$work/job.ini
printf 'x\n' >"$work/said"

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
expect 0 "no file matches" "$winnow" run "$job" --set 'source.path=nothing/*.csv'
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

# Permissions, as an ordinary user: root may read everything.
person=$work/person
as_user=""
mkdir -p "$person/in" "$person/closed"
cp "$winnow" "$work/tiny.winnow" "$job" "$person"
cp "$work/in/a.csv" "$person/in"
cp "$work/in/a.csv" "$person/closed.csv"
chmod 000 "$person/closed.csv" "$person/closed"
if [ "$(id -u)" -eq 0 ]; then
    as_user="setpriv --reuid=65534 --regid=65534 --clear-groups"
    chmod 711 "$work"
    chown -R 65534:65534 "$person"
fi
# shellcheck disable=SC2086 # several words
run_as_user() { $as_user "$person/winnow" run -q "$person/job.ini" "$@"; }
expect 0 "" run_as_user
expect 3 "closed.csv: Permission denied" run_as_user --set source.path=closed.csv
expect 3 "Permission denied" run_as_user --set source.path=closed
expect 4 "Permission denied" run_as_user --set output.path=closed/out

# Model: 4
expect 4 "gone.winnow" "$winnow" run -q "$job" --set model.path=gone.winnow
head -c 5000 "$work/tiny.winnow" >"$work/cut.winnow"
expect 4 "cut.winnow" "$winnow" run -q "$job" --set model.path=cut.winnow

# Database: 4, and the file stays as it is
for bytes in garbage cut foreign; do
    mkdir "$work/$bytes"
    case $bytes in
    garbage) head -c 20000 /dev/urandom >"$work/$bytes/winnow.db" ;;
    cut) head -c 20000 "$work/whole/winnow.db" >"$work/$bytes/winnow.db" ;;
    foreign) cp "$work/whole/winnow.db" "$work/$bytes/winnow.db" ;;
    esac
    # The schema's version stands at byte 60 of the header.
    [ $bytes != foreign ] || printf '\0\0\0\143' | dd of="$work/$bytes/winnow.db" bs=1 seek=60 conv=notrunc 2>"$work/dd"
    cp "$work/$bytes/winnow.db" "$work/before"
    words="damaged"
    [ $bytes != foreign ] || words="schema version 99"
    expect 4 "$words" "$winnow" run -q "$job" --set "output.path=$work/$bytes"
    cmp "$work/before" "$work/$bytes/winnow.db" || faults=$((faults + 1))
done

# Lock: 75, with the holder's process; --wait waits
: >"$work/locked"
(
    flock 9
    echo $BASHPID >&9
    echo locked
    sleep 3
) 9>"$work/out/winnow.lock" >"$work/locked" &
holder=$!
while ! grep -q locked "$work/locked"; do sleep 0.1; done
expect 75 "another run (process" "$winnow" run -q "$job"
expect 0 "" "$winnow" run -q "$job" --wait 20
wait $holder

# A full disk under standard output
if [ -w /dev/full ]; then
    code=0
    "$winnow" --help >/dev/full 2>"$work/said" || code=$?
    [ $code -eq 4 ] || { echo "faults: a full disk under --help: exit code $code" >&2; faults=$((faults + 1)); }
fi

# Stopped by a signal: 130, and the next run goes on
rm -rf "$work/out"
for i in $(seq 1 400); do
    echo "m$i,2026-03-10,Kettle,3,Writer $i,The battery number $i is as good as the one before it and works"
done >>"$work/in/a.csv"
stop_by() { # SIGNAL: in the middle of the first pass
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
