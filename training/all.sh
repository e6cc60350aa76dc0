#!/usr/bin/env bash
# all.sh DATA WORK WINNOW MODEL.winnow - from the data folder to the model file and every figure of its card.
# Each step is left out where its result is there already, so a broken-off run goes on.
set -euo pipefail
data=$1 work=$2 winnow=$3 model=$4
python=${PYTHON:-python3}
here=$(dirname "$0")
step() { [ -e "$work/$1" ] || "$python" "$here/$2" "${@:3}"; }
mkdir -p "$work"
step kept.jsonl prepare.py "$data" "$work"
step spiece.model vocabulary.py "$work"
step words.npz words.py "$work" 300
step teacher.npy baseline.py "$work"
step ngrams.npz ngrams.py "$work"
step pool.pt pool.py "$work" 400
# Pieces; each goes on where it was broken off. Those of 50 minutes are sisters two by two, a core for each; the last two
# learn beside the n-grams what those do not tell.
"$python" "$here/train.py" "$work" --minutes 100 --name first
"$python" "$here/train.py" "$work" --minutes 88 --rate 3e-3 --name second --begin "$work/first.pt"
"$python" "$here/average.py" "$work" middle first=0.3 second=0.7
sister() {
    "$python" "$here/train.py" "$work" --minutes 50 --rate 3e-3 --workers 1 --dropout 0.1 --begin "$work/$1.pt" "${@:2}"
}
sister middle --name third --core 0 --seed 21 --trust 0.5 0.3 &
sister middle --name fourth --core 1 --seed 31 --trust 0.6 0.4
wait $!
"$python" "$here/average.py" "$work" later middle=0.2 third=0.4 fourth=0.4
sister later --name fifth --core 0 --seed 61 --trust 0.5 0.3 --beside 0.5 &
sister later --name sixth --core 1 --seed 71 --trust 0.6 0.4 --beside 0.5 --dropout 0.15
wait $!
for piece in first second third fourth fifth sixth; do
    "$python" "$here/curve.py" "$work" "$piece"
done
"$python" "$here/average.py" "$work" checkpoint later=0.2 fifth=0.4 sixth=0.4
"$python" "$here/evaluate.py" "$work" --fit --limit 3200
"$python" "$here/export.py" "$work" "$work/export" --check
"$winnow" model import --int8-only "$work/export" "$model"
"$python" "$here/gold.py" "$data" "$work"
for table in "$work"/gold/*.csv; do
    name=$(basename "$table" .csv)
    for precision in int8 f32; do
        echo "== $name, $precision"
        "$winnow" eval --task "${name%%-*}" --model "$work/export" --precision "$precision" "$table"
    done
done
"$python" "$here/topics_baseline.py" "$work"
"$python" "$here/lexrank.py" "$work/gold/summary-fewsum.csv"
