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
# Pieces; each goes on where it was broken off. Sisters have a core each and less than an hour: the third asks for hidden runs
# as well, the last learns beside the n-grams what those do not tell.
"$python" "$here/train.py" "$work" --minutes 100 --name first
"$python" "$here/train.py" "$work" --minutes 88 --rate 3e-3 --name second --begin "$work/first.pt"
"$python" "$here/average.py" "$work" middle first=0.3 second=0.7
sister() {
    "$python" "$here/train.py" "$work" --rate 3e-3 --workers 1 --dropout 0.1 --begin "$work/$1.pt" "${@:2}"
}
sister middle --name third --minutes 50 --core 0 --seed 21 --trust 0.5 0.3 &
sister middle --name fourth --minutes 50 --core 1 --seed 31 --trust 0.6 0.4
wait $!
"$python" "$here/average.py" "$work" later middle=0.2 third=0.4 fourth=0.4
sister later --name fifth --minutes 45 --core 0 --seed 41 --trust 0.5 0.3 --spans 0.3 &
sister later --name sixth --minutes 50 --core 1 --seed 51 --trust 0.5 0.3 --dropped 0.2
wait $!
sister later --name seventh --minutes 52 --core 1 --seed 71 --trust 0.6 0.4 --beside 0.5 --dropout 0.15
for piece in first second third fourth fifth sixth seventh; do
    "$python" "$here/curve.py" "$work" "$piece"
done
"$python" "$here/average.py" "$work" checkpoint later=0.2 fifth=0.2 sixth=0.2 seventh=0.4
"$python" "$here/evaluate.py" "$work" --fit --limit 6000
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
