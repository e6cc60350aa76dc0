#!/usr/bin/env bash
# erasure.sh - after `winnow forget --yes` no byte of the erased texts is left in the output folder, also
# after the next two nights with the same exports, and the reports are those of exports without the rows.
# [retain] erases or anonymises what is old; `winnow export` prints what forget would erase.
#
#   tests/erasure.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
[ -e "$(dirname "$winnow")/winnow-small.winnow" ] || {
    echo "erasure: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "erasure: $*" >&2
    exit 1
}

# write_export FILE WITH_ANNA: reviews; Anna's have an edit, a repetition under another id, and a broken row
write_export() {
    {
        echo 'id,date,product,stars,author,review'
        for i in $(seq 40); do
            echo "r$i,2026-03-$(printf %02d $((i % 28 + 1))),Kettle,$((i % 5 + 1)),Customer $i,The battery lasts $i days and the delivery was number $i in the queue"
        done
        if [ "$2" = yes ]; then
            echo "x1,2026-03-05,Kettle,1,Anna Zwiebel,\"Zanzibar teapot $3 arrived shattered, the delivery man laughed\""
            echo 'x2,2026-03-06,Kettle,1,Anna Zwiebel,Quetzal plumage on the lid came off within a week'
            echo 'x3,2026-03-07,Kettle,1,Anna Zwiebel,Quetzal plumage on the lid came off within a week'
            printf 'x4,2026-03-08,Kettle,1,Anna Zwiebel,Broken row with \xff\xfe Xylophone bytes,and,more,cells\n'
            echo 'x5,2026-03-09,Kettle,2,Bert,My neighbour Anna Zwiebel has a Wolfram kettle that is better'
        fi
    } >"$1"
}
secrets='Zanzibar|Quetzal|Xylophone|Wolfram|Zwiebel'
# count_hits FOLDER: files with one of the secrets
count_hits() { { grep -raliE "$secrets" "$1" || true; } | wc -l; }

for job in whole without; do
    mkdir "$work/$job"
    printf '[source shop]\npath = *.csv\n[run]\nmax_rejects_pct = 100\n[group]\nby = product\n[output]\npath = out\n' \
        >"$work/$job/job.ini"
done
write_export "$work/whole/reviews.csv" yes first
"$winnow" run --quiet "$work/whole/job.ini"
write_export "$work/whole/reviews.csv" yes second
"$winnow" run --quiet "$work/whole/job.ini"
"$winnow" report --quiet "$work/whole/job.ini" --where stars=1
[ "$(count_hits "$work/whole/out")" -ge 4 ] || fail "the secrets are not in the folder before"

# The preview and the export change nothing.
wishes=(--author 'Anna Zwiebel' --text 'Anna Zwiebel')
before=$(md5sum "$work"/whole/out/*.csv)
"$winnow" forget "$work/whole/job.ini" "${wishes[@]}" >"$work/printed"
for line in '3 records$' '1 repetition of one' '1 earlier revision' '1 rejected row' 'Nothing is changed yet'; do
    grep -q "$line" "$work/printed" || fail "forget does not say '$line':" "$(cat "$work/printed")"
done
[ "$before" = "$(md5sum "$work"/whole/out/*.csv)" ] || fail "the preview changes reports"
"$winnow" export "$work/whole/job.ini" --author 'Anna Zwiebel' >"$work/anna.json"
[ "$(grep -c '"feedback_id"' "$work/anna.json")" -eq 4 ] || fail "export: $(cat "$work/anna.json")"
grep -q '"earlier_revision": 1' "$work/anna.json" || fail "export without the revision"

"$winnow" forget "$work/whole/job.ini" "${wishes[@]}" --yes >"$work/printed" || fail "$(cat "$work/printed")"
grep -q 'none is left' "$work/printed" || fail "$(cat "$work/printed")"
[ "$(count_hits "$work/whole/out")" -eq 0 ] || fail "left after forget:" "$(grep -raliE "$secrets" "$work/whole/out")"

for document in report.html report.xlsx; do
    [ "$work/whole/out/$document" -nt "$work/anna.json" ] || fail "$document is not written again"
done

# The next two nights bring nothing back, though the exports are the same.
for night in 1 2; do
    "$winnow" run --quiet "$work/whole/job.ini"
    [ "$(count_hits "$work/whole/out")" -eq 0 ] || fail "back in night $night:" "$(grep -raliE "$secrets" "$work/whole/out")"
    grep -q '"erased": 4' "$work/whole/out/run.json" || fail "night $night:" "$(cat "$work/whole/out/run.json")"
done
# Nor does a corrected setting, which gives the rows other ids.
"$winnow" run --quiet "$work/whole/job.ini" --set 'source shop.map=id=author'
[ "$(count_hits "$work/whole/out")" -eq 0 ] || fail "back under other settings"
"$winnow" run --quiet "$work/whole/job.ini"

# The reports are those of exports that never had the rows.
write_export "$work/without/reviews.csv" no
"$winnow" run --quiet "$work/without/job.ini"
for table in topics shares summaries; do
    cmp "$work/whole/out/$table.csv" "$work/without/out/$table.csv" || fail "$table.csv differs"
done
cmp <(cut -d, -f1-8 "$work/whole/out/feedback.csv") <(cut -d, -f1-8 "$work/without/out/feedback.csv") ||
    fail "feedback.csv differs"

# What somebody else wrote, too, is theirs.
printf 'id,product,author,review\n%s\n%s\n' 'a,Kettle,Carla,Terrible support on the phone' \
    'b,Kettle,Dora,Terrible support on the phone' \
    >"$work/whole/reviews.csv"
"$winnow" run --quiet "$work/whole/job.ini" --set output.path=shared
"$winnow" forget "$work/whole/job.ini" --set output.path=shared --id a --yes >"$work/printed"
[ "$(grep -c 'Terrible support' "$work/whole/shared/feedback.csv")" -eq 1 ] || fail "the shared text"
grep -q 'negative' "$work/whole/shared/feedback.csv" || fail "the shared analysis is gone"

# [retain]: what is older than the months goes, and does not come back.
year=$(date +%Y)
{
    echo 'id,date,product,author,review'
    echo "o1,$((year - 3))-05-02,Kettle,Emil,The Jurassic kettle whistled like a train"
    echo "n1,$(date +%Y-%m)-01,Toaster,Frida,The toaster glows evenly"
} >"$work/whole/reviews.csv"
for night in 1 2; do
    "$winnow" run --quiet "$work/whole/job.ini" --set output.path=kept --set retain.months=24
    ! grep -raq Jurassic "$work/whole/kept" || fail "retain: night $night"
    [ "$(wc -l <"$work/whole/kept/feedback.csv")" -eq 2 ] || fail "retain: rows in night $night"
done
grep -q '"erased": 1' "$work/whole/kept/run.json" || fail "retain: not counted as erased"
for night in 1 2; do
    "$winnow" run --quiet "$work/whole/job.ini" --set output.path=anonymous --set retain.months=24 \
        --set retain.after=anonymise --set retain.keep=product --set redact.authors=keep
    grep -q Jurassic "$work/whole/anonymous/feedback.csv" || fail "anonymise: the text is gone"
    ! grep -raqE 'Emil|\bo1\b' "$work/whole/anonymous/feedback.csv" "$work/whole/anonymous/winnow.db" ||
        fail "anonymise: night $night"
    grep -q Frida "$work/whole/anonymous/feedback.csv" || fail "anonymise: too much"
done

"$winnow" plan "$work/whole/job.ini" --set output.path=anonymous --set retain.months=24 >"$work/printed"
grep -q '^\[retain\] delete: 1 saved records from before' "$work/printed" || fail "plan: $(cat "$work/printed")"

# Mistakes.
code=0
"$winnow" forget "$work/whole/job.ini" 2>/dev/null || code=$?
[ $code -eq 2 ] || fail "forget without a wish: exit $code"
