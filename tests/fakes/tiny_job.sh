# shellcheck shell=bash
# tiny_job.sh - sourced by shell tests: makes a small job with a tiny model, and compares output folders.

outputs="feedback.csv topics.csv shares.csv insights.csv summaries.csv rejects.csv run.json report.html report.xlsx"

# same FOLDER FOLDER: their output files are equal
same() {
    local file
    for file in $outputs; do
        cmp -s "$1/$file" "$2/$file" || return 1
    done
}

# tiny_job FOLDER WINNOW: writes job.ini, in/*.csv and the model to FOLDER
tiny_job() {
    # The model has random weights: its output has no meaning, but is the same every time.
    cat >"$1/prompts.ini" <<'END'
[window]
input = 64
output = 24
[sentiment]
input = {text}
decoder = <task>
positive = loved
neutral = often
negative = hated
undetected_below = 0.34
[topics]
input = {text}
decoder = <task>
none = never
item = {topic} {polarity}
polarities = positive,neutral,negative
topics = battery,delivery,price
max_items = 2
[summary]
input = {text}
separator = |
decoder = <task>
max_tokens = 16
END
    "$2" model import tests/unit/data/tiny-gated "$1/tiny.winnow" --prompts "$1/prompts.ini" >"$1/said"

    mkdir "$1/in"
    {
        echo "id,date,product,rating,author,review"
        for i in $(seq 1 14); do
            echo "k$i,2026-03-$((i + 10)),Kettle,$((i % 5 + 1)),Writer $i,\"The battery broke after $i days, the parcel came late\""
            echo "l$i,2026-04-$((i + 10)),Lamp,$((5 - i % 5)),Writer $i,Loved the price. Number $i works as it should and the box was fine"
        done
        echo "k1,2026-03-11,Kettle,2,Writer 1,\"The battery broke after 1 days, the parcel came late\""
        echo "l99,2026-04-30,Lamp,3,Nobody,n/a"
    } >"$1/in/a.csv"
    {
        echo "id,date,product,rating,author,review"
        echo "l1,2026-04-11,Lamp,1,Writer 1,It stopped working after all"
        echo "m1,2026-05-01,Kettle,5,Someone,\"Works, and never stopped\""
    } >"$1/in/b.csv"
    cat >"$1/job.ini" <<'END'
[source shop]
path = in/*.csv
[model]
path = tiny.winnow
threads = 1
[group]
by = product
[run]
batch_records = 7
max_rejects_pct = 50
[output]
path = out
END
}

# add_kiosk FOLDER: adds a source of which only all rows show the order of day and month, the scale of
# ratings, and that the author is nobody
add_kiosk() {
    mkdir "$1/kiosk"
    for part in 1 2; do
        {
            echo "id,date,rating,author,review"
            for i in $(seq 1 7); do
                echo "q$part$i,$((part == 2 ? i + 8 : i))/05/2024,$((part == 2 ? 5 : 1)),Kiosk,The parcel came late on $((i % 3))"
            done
        } >"$1/kiosk/$part.csv"
    done
    printf '[source kiosk]\npath = kiosk/*.csv\n' >>"$1/job.ini"
}
