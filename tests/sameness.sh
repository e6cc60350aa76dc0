#!/usr/bin/env bash
# sameness.sh - the output of a run does not depend on the number of threads, the batch sizes of model
# and database, the kernels, the path of the job's folder, or what earlier runs left in the output folder.
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
printf 'id,phrases\nparcel,parcel; box\nbattery,battery\n' >"$work/whole/topics.csv"
printf '[classify]\ntaxonomy = topics.csv\n' >>"$work/whole/job.ini"
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

# A run without changes leaves the files of the run before; what is missing, edited or of other settings
# is written again.
out=$work/whole/out
again() { # WHAT [ARGUMENTS OF run...]
    local what=$1
    shift
    "$winnow" run -q "$work/whole/job.ini" "$@"
    same "$out" "$work/second" || {
        echo "sameness: after $what, the outputs differ" >&2
        faults=$((faults + 1))
    }
}
"$winnow" run -q "$work/whole/job.ini"
cp -r "$out" "$work/second"
written() { stat -c %y "$out"/*.html "$out"/topics.csv "$out"/feedback.csv; }
before=$(written)
again "a run without changes"
[ "$before" = "$(written)" ] || {
    echo "sameness: a run without changes writes files again" >&2
    faults=$((faults + 1))
}
rm "$out/report.html" "$out/feedback.csv"
again "files were removed"
echo edited >>"$out/topics.csv"
echo edited >>"$out/report.html"
again "files were edited"
"$winnow" report -q "$work/whole/job.ini" --set aggregate.period=all
! cmp -s "$out/topics.csv" "$work/second/topics.csv" || {
    echo "sameness: a report ignores its settings" >&2
    faults=$((faults + 1))
}
again "a report with other settings"
"$winnow" report -q "$work/whole/job.ini" --since 2026-04
again "a report on some rows"
echo 'm2,2026-05-02,Kettle,1,Someone else,"It leaks, and the parcel came late"' >>"$work/whole/in/b.csv"
"$winnow" run -q "$work/whole/job.ini"
grep -q 'It leaks' "$out/feedback.csv" || {
    echo "sameness: a new row is not in the outputs" >&2
    faults=$((faults + 1))
}
[ "$faults" -eq 0 ]
