#!/usr/bin/env bash
# shards.sh - a run whose texts several machines analyse writes the bytes of a single run: whatever the
# number of shards, with a pack merged twice, one lost, and machines killed. Unfit packs are refused.
#
#   tests/shards.sh [WINNOW]              each of 1, 2, 3 and 7 shards once
#   WINNOW_ROUNDS=5 tests/shards.sh       each five times, with other random choices
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
fault=$(dirname "$winnow")/tests/libfault.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
cases=0
RANDOM=${WINNOW_SEED:-1}

complain() {
    echo "shards: $*" >&2
    faults=$((faults + 1))
}

# shellcheck source=tests/fakes/tiny_job.sh
. tests/fakes/tiny_job.sh
tiny_job "$work" "$winnow"
add_kiosk "$work"
job=$work/job.ini
"$winnow" run -q "$job"
mv "$work/out" "$work/whole"

# analyse I N [COMMAND...]: writes pack I of N
analyse() {
    local shard=$1/$2
    shift 2
    "$@" "$winnow" analyse -q "$job" --shard "$shard" --out "$work/packs/"
}

# may_be_killed ARGUMENT...: winnow, killed at one of its first changes to the disk
may_be_killed() {
    { FAULT=kill FAULT_AT=$((RANDOM % 60 + 1)) LD_PRELOAD="$fault" "$winnow" "$@"; } >"$work/said" 2>&1 || true
}

# The changes to the disk that a shard makes, which says where it may be killed.
count_changes() {
    FAULT=count FAULT_COUNT="$work/count" analyse "$1" "$2" env LD_PRELOAD="$fault"
    rm -f "$work/packs/pack-$1-of-$2.db"
    cat "$work/count"
}

# try N: N shards; one is killed and started again, one lost, one merged twice, in any order
try() {
    local n=$1 i changes killed lost doubled packs
    cases=$((cases + 1))
    rm -rf "$work/out" "$work/packs"
    may_be_killed run -q "$job" --until read
    "$winnow" run -q "$job" --until read
    [ ! -e "$work/out/feedback.csv" ] || complain "$n shards: --until read writes reports"
    killed=$((RANDOM % n + 1))
    lost=$((n > 1 ? RANDOM % n + 1 : 0))
    doubled=$((RANDOM % n + 1))
    changes=$(count_changes $killed "$n")
    for i in $(seq "$n"); do
        if [ "$i" -eq $killed ]; then
            export FAULT=kill FAULT_AT=$((RANDOM % changes + 1))
            { analyse "$i" "$n" env LD_PRELOAD="$fault"; } >"$work/said" 2>&1 &&
                complain "shard $i of $n: not killed at change $FAULT_AT of $changes"
            unset FAULT FAULT_AT
        fi
        analyse "$i" "$n"
    done
    [ -z "$(find "$work/packs" -name '*.part*')" ] || complain "$n shards: parts are left"
    mapfile -t packs < <(find "$work/packs" -name '*.db' ! -name "pack-$lost-of-*" | shuf --random-source=<(yes "$RANDOM"))
    [ "$doubled" -eq "$lost" ] || packs+=("$work/packs/pack-$doubled-of-$n.db")
    may_be_killed merge -q "$job" "${packs[@]}"
    "$winnow" merge -q "$job" "${packs[@]}" || complain "$n shards: merge exits with $?"
    "$winnow" run -q "$job"
    same "$work/out" "$work/whole" ||
        complain "$n shards, $killed killed, $lost lost, $doubled twice: the outputs differ"
}

for _ in $(seq "${WINNOW_ROUNDS:-1}"); do
    for n in 1 2 3 7; do
        try "$n"
    done
done

# The next night, with a record that has its first text again, which no record has had in between.
{
    head -1 "$work/in/a.csv"
    grep '^l1,' "$work/in/a.csv"
    echo 'n1,2026-05-02,Lamp,4,Someone else,It came late but works'
} >"$work/c.csv"
mv "$work/out" "$work/sharded"
cp "$work/c.csv" "$work/in/"
cp -r "$work/whole" "$work/out"
"$winnow" run -q "$job"
mv "$work/out" "$work/night"
mv "$work/sharded" "$work/out"
"$winnow" run -q "$job" --until read
rm -rf "$work/packs"
analyse 1 2
"$winnow" merge -q "$job" "$work"/packs/*
"$winnow" run -q "$job"
same "$work/out" "$work/night" || complain "the next night: the outputs differ"
rm "$work/in/c.csv"

rm -rf "$work/out"
code=0
"$winnow" analyse -q "$job" --shard 1/2 --out "$work/none.db" 2>"$work/said" || code=$?
[ "$code" -eq 4 ] || complain "without rows: exit code $code"
grep -q -- '--until read' "$work/said" || complain "without rows: $(cat "$work/said")"
code=0
"$winnow" merge -q "$job" "$work/none.db" 2>"$work/said" || code=$?
[ "$code" -eq 4 ] || complain "a merge without rows: exit code $code"
code=0
"$winnow" analyse -q "$job" --shard 1/2 --out "$work/none.db" --set model.precision=f32 2>"$work/said" || code=$?
[ "$code" -eq 2 ] || complain "precision = f32: exit code $code"

# The shards of an array are those of its environment; together they are all texts.
rm -rf "$work/out" "$work/packs"
"$winnow" run -q "$job" --until read
for id in 4 6; do
    SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_MIN=4 SLURM_ARRAY_TASK_MAX=6 SLURM_ARRAY_TASK_STEP=2 \
        SLURM_ARRAY_TASK_COUNT=2 "$winnow" analyse -q "$job" --out "$work/packs/"
done
cp -r "$work/packs" "$work/array"
for index in 0 1; do # complete packs are continued, and there is nothing to add
    JOB_COMPLETION_INDEX=$index WINNOW_SHARDS=2 "$winnow" analyse "$job" --out "$work/packs/" 2>&1 |
        grep -Eq ': ([0-9]+) texts, \1 of them already in the pack$' || complain "shard $index is made again"
done
[ "$(find "$work/packs" -name 'pack-[12]-of-2.db' | wc -l)" -eq 2 ] || complain "the array has other shards"
"$winnow" merge "$job" "$work"/packs/*.db 2>&1 | grep -q 'All texts are analysed' ||
    complain "the array misses texts"
for environment in SLURM_ARRAY_TASK_ID=1 JOB_COMPLETION_INDEX=0 "JOB_COMPLETION_INDEX=2 WINNOW_SHARDS=2" X=; do
    # shellcheck disable=SC2086
    code=0 && env $environment "$winnow" analyse "$job" --out "$work/packs/" 2>"$work/said" || code=$?
    [ "$code" -eq 2 ] || complain "$environment: exit code $code"
done

# Another machine has written the same pack, or a run uses the database.
sqlite_lock() { python3 -c 'import sys, sqlite3
c = sqlite3.connect(sys.argv[1]); c.execute("BEGIN EXCLUSIVE"); print("locked", flush=True); sys.stdin.read()' "$1"; }
if command -v python3 >/dev/null; then
    coproc locker { sqlite_lock "$work/packs/busy.db.part"; }
    read -r _ <&"${locker[0]}"
    code=0
    "$winnow" analyse -q "$job" --shard 1/2 --out "$work/packs/busy.db" 2>"$work/said" || code=$?
    [ "$code" -eq 75 ] || complain "a pack that another process writes: exit code $code"
    eval "exec ${locker[1]}>&-"
    wait
fi

# Unfit packs are refused, with the remedy; the others are merged.
rm -rf "$work/out" "$work/bad"
"$winnow" run -q "$job" --until read
mkdir "$work/bad"
good=$work/array/pack-1-of-2.db
size=$(stat -c %s "$good")
head -c $((size / 2)) "$good" >"$work/bad/truncated.db"
head -c 100 "$good" >"$work/bad/header.db"
: >"$work/bad/empty.db"
cp "$work/out/winnow.db" "$work/bad/database.db"
cp "$job" "$work/bad/text.db"
for at in $(seq 20 $((size / 60)) "$size"); do
    cp "$good" "$work/bad/flipped-$at.db"
    printf '\377\376' | dd of="$work/bad/flipped-$at.db" bs=1 seek="$at" conv=notrunc 2>"$work/said"
done
"$winnow" analyse -q "$job" --shard 1/2 --out "$work/bad/settings.db" --set classify.topics=no
sed 's/^positive = loved/positive = works/' "$work/prompts.ini" >"$work/other.ini"
"$winnow" model import tests/unit/data/tiny-gated "$work/other.winnow" --prompts "$work/other.ini" >"$work/said"
"$winnow" analyse -q "$job" --shard 1/2 --out "$work/bad/model.db" --set model.path=other.winnow
expect_refusal() { # PACK WORDS
    code=0
    "$winnow" merge -q "$job" "$work/bad/$1.db" 2>"$work/said" || code=$?
    [ "$code" -eq 3 ] || complain "$1: exit code $code"
    grep -q "$2" "$work/said" || complain "$1: $(cat "$work/said")"
    grep -q "nalyse its shard again, or leave it out" "$work/said" || complain "$1: no remedy: $(cat "$work/said")"
}
expect_refusal truncated damaged
expect_refusal header damaged
expect_refusal text damaged
expect_refusal empty "not a pack"
expect_refusal database "not a pack"
expect_refusal settings "other settings"
expect_refusal model "another model"
"$winnow" merge -q "$job" "$work"/bad/*.db "$work/none.db" "$good" 2>"$work/said" && complain "unfit packs are merged"
grep -q "none.db: cannot be opened" "$work/said" || complain "a missing pack: $(cat "$work/said")"
# A byte that no pack uses may change without harm.
"$winnow" run -q "$job"
same "$work/out" "$work/whole" || complain "unfit packs change the outputs"

# What was erased in between does not come back.
rm -rf "$work/out"
"$winnow" run -q "$job" --until read
"$winnow" forget --yes "$job" --id m1 >"$work/said"
"$winnow" merge -q "$job" "$work"/array/*.db
"$winnow" run -q "$job"
! grep -q 'never stopped' "$work/out/feedback.csv" || complain "an erased record is back"
"$winnow" merge "$job" "$work"/array/*.db 2>&1 | grep -c ' 0 of them new' | grep -qx 2 ||
    complain "a second merge brings analyses of erased texts"

echo "shards: $cases cases, $faults faults"
[ "$faults" -eq 0 ]
