#!/bin/sh
# slurm.sh - runs a job on a Slurm cluster: one task reads, N tasks analyse, one merges and writes the
# reports, which are those of `winnow run JOB` on one machine.
#
#   slurm.sh JOB N [SBATCH OPTIONS]
#   slurm.sh big.ini 16 --cpus-per-task=8 --time=2:00:00
#
# JOB, its exports and its output folder must be on a disk that all nodes share; the packs go to the
# folder packs-JOB next to the job file. WINNOW names the program, if it is not on the PATH.
# Run it again if the read or the merge failed: everything done so far is kept.
set -eu
winnow=${WINNOW:-winnow}
threads=model.threads=${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-0}}

# A killed or failed try resumes. Slurm's own requeue waits for minutes, and after a task that failed
# for good `afterok` never lets the merge begin; so tries are made here, and the merge is `afterany`.
analyse() {
    for try in 1 2 3; do
        code=0
        "$winnow" analyse --quiet "$1" --set "$threads" --out "$2/" || code=$?
        case $code in
        0) exit 0 ;;
        2 | 130) exit "$code" ;; # a mistake in the job file; scancel or the time limit
        esac
        echo "slurm.sh: try $try of task ${SLURM_ARRAY_TASK_ID:-} ended with $code on ${SLURMD_NODENAME:-}" >&2
        sleep 10
    done
    exit "$code"
}

# Unfit and missing packs cost time only: the run analyses their texts here.
merge() {
    set -- "$1" "$2"/pack-*.db
    [ ! -e "$2" ] || "$winnow" merge --quiet "$@" || [ $? -eq 3 ]
    exec "$winnow" run --quiet "$1" --set "$threads"
}

submit() {
    job=$(realpath "$1") shards=$2
    shift 2
    packs=$(dirname "$job")/packs-$(basename "$job" .ini)
    mkdir -p "$packs"
    queue() { sbatch --parsable --job-name=winnow --kill-on-invalid-dep=yes --output="$packs/%x-%j-%a.log" "$@"; }
    read_id=$(queue "$@" "$0" --step read "$job")
    array_id=$(queue "$@" --requeue --array="1-$shards" --dependency="afterok:$read_id" "$0" --step analyse "$job" "$packs")
    merge_id=$(queue "$@" --dependency="afterany:$array_id" "$0" --step merge "$job" "$packs")
    echo "read $read_id, analyse $array_id, merge $merge_id; logs and packs in $packs"
}

[ $# -ge 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ "$1" = --step ] || { submit "$@"; exit; }
case $2 in
read) exec "$winnow" run --quiet "$3" --set "$threads" --until read ;;
analyse) analyse "$3" "$4" ;;
merge) merge "$3" "$4" ;;
esac
