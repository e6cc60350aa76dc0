#!/usr/bin/env bash
# sameness.sh - the output of a run does not depend on the number of threads, the batch sizes of model
# and database, the kernels, or the path of the job's folder.
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/fakes/tiny_job.sh
. tests/fakes/tiny_job.sh
mkdir "$work/whole" "$work/moved"
tiny_job "$work/whole" "$winnow"
add_kiosk "$work/whole"
faults=0

try() { # SETTINGS...
    local options=() setting
    for setting in "$@"; do
        options+=(--set "$setting")
    done
    "$winnow" run -q "$work/whole/job.ini" "${options[@]}" --set "output.path=$work/out"
    same "$work/out" "$work/whole/out" || {
        echo "sameness: $* changes the outputs" >&2
        faults=$((faults + 1))
    }
    rm -rf "$work/out"
}

"$winnow" run -q "$work/whole/job.ini"
for threads in 1 2 5; do
    for batch in 1 32; do
        try "model.threads=$threads" "model.batch=$batch"
    done
done
try run.batch_records=1
try run.batch_records=1000
try model.kernels=scalar
mkdir -p "$work/moved/deeper"
cp -r "$work/whole" "$work/moved/deeper/job"
rm -rf "$work/moved/deeper/job/out"
(cd "$work/moved" && "$winnow" run -q deeper/job/job.ini)
same "$work/moved/deeper/job/out" "$work/whole/out" || {
    echo "sameness: another folder changes the outputs" >&2
    faults=$((faults + 1))
}
[ "$faults" -eq 0 ]
