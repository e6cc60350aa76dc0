#!/usr/bin/env bash
# all.sh DATA WORK WINNOW MODEL.winnow - trains the model from the data folder, writes the model file, and prints the figures of
# its model card. Steps whose results exist are skipped, so an interrupted run can be resumed.
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
# Training runs; each resumes if it was interrupted. The runs of `variant` use one core each: the fifth adds span
# corruption, the sixth removes more pieces, and the seventh learns what the n-grams do not know.
"$python" "$here/train.py" "$work" --minutes 100 --name first
"$python" "$here/train.py" "$work" --minutes 88 --rate 3e-3 --name second --initial "$work/first.pt"
"$python" "$here/average.py" "$work" average-1 first=0.3 second=0.7
variant() {
    "$python" "$here/train.py" "$work" --rate 3e-3 --workers 1 --dropout 0.1 --initial "$work/$1.pt" "${@:2}"
}
variant average-1 --name third --minutes 50 --core 0 --seed 21 --label-weight 0.5 0.3 &
variant average-1 --name fourth --minutes 50 --core 1 --seed 31 --label-weight 0.6 0.4
wait $!
"$python" "$here/average.py" "$work" average-2 average-1=0.2 third=0.4 fourth=0.4
variant average-2 --name fifth --minutes 45 --core 0 --seed 41 --label-weight 0.5 0.3 --span-share 0.3 &
variant average-2 --name sixth --minutes 50 --core 1 --seed 51 --label-weight 0.5 0.3 --piece-dropout 0.2
wait $!
variant average-2 --name seventh --minutes 52 --core 1 --seed 71 --label-weight 0.6 0.4 --ngrams-weight 0.5 --dropout 0.15
for run in first second third fourth fifth sixth seventh; do
    "$python" "$here/curve.py" "$work" "$run"
done
"$python" "$here/average.py" "$work" checkpoint average-2=0.2 fifth=0.2 sixth=0.2 seventh=0.4
# Labels by reading teach what the stars cannot: neutral, mixed, topics and their polarity.
"$python" "$here/student.py" "$data" "$work" --initial "$work/checkpoint.pt" --name reading
"$python" "$here/student.py" "$data" "$work" --initial "$work/reading.pt" --epochs 0.8 --max-pieces 110 --star-share 0.1 \
    --workers 1 --name student
"$python" "$here/decide.py" "$data" "$work" --name student
"$python" "$here/export.py" "$work" "$work/export" --check
"$winnow" model import --int8-only "$work/export" "$model"
# Vectors of sentences, learned from a teacher.
"$python" "$here/vectors.py" teach "$work" "$data" "$winnow" "$model"
"$python" "$here/vectors.py" learn "$work"
"$python" "$here/add_section.py" "$model" vectors "$work/vectors.s8" "$model"
# Which sentences can be quoted alone.
"$python" "$here/quotes.py" "$data" "$work" "$winnow" "$model"
"$python" "$here/add_section.py" "$model" quotes "$work/quotes.s8" "$model"
# Which sentences say a point.
"$python" "$here/points.py" "$data" "$work" "$winnow" "$model"
"$python" "$here/add_section.py" "$model" points "$work/points.s8" "$model"
# Which clauses are good texts of points.
"$python" "$here/point_texts.py" "$data" "$work" "$model"
"$python" "$here/add_section.py" "$model" point_texts "$work/point_texts.s8" "$model"
"$python" "$here/gold_tables.py" "$data" "$work"
for table in "$work"/gold/*.csv; do
    name=$(basename "$table" .csv)
    for precision in int8 f32; do
        echo "== $name, $precision"
        "$winnow" eval --task "${name%%-*}" --model "$work/export" --precision "$precision" "$table"
    done
done
"$python" "$here/lexrank.py" "$work/gold/summary-fewsum.csv"
