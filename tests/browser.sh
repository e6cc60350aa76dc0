#!/usr/bin/env bash
# browser.sh - opens report.html in Chromium (tests/browser/report.py): the samples' report, and one whose texts
# try to run. Exit 77: there is no Chromium or Python.
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
command -v chromium >/dev/null && command -v python3 >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$winnow" run --quiet samples/job.ini --set "output.path=$work/samples"

cat >"$work/hostile.csv" <<'END'
id,date,product,rating,text
"1</script><script>alert(1)</script>",2026-03-09,"<img src=x onerror=alert(1)>",1,"The delivery was late </script><script src=//evil.example/x.js></script>"
2,2026-03-10,"' onmouseover='alert(1)",2,"The battery broke ' onclick='alert(1)' <svg onload=alert(1)>"
3,2026-03-11,"]]> --> <!--",5,"Great price <style>*{display:none}</style> <meta http-equiv=refresh content=0>"
4,2026-03-12,Kettle,4,"Lovely sound &lt;b&gt; javascript:alert(1) {0} {1} http://evil.example/a.png"
END
printf '5,2026-03-13,Kettle,1,"Awful delivery \xe2\x80\xaekcab\xe2\x80\xac \xf0\x9f\x98\xa1 %s"\n' "$(head -c 300000 /dev/zero | tr '\0' w)" >>"$work/hostile.csv"
cat >"$work/job.ini" <<'END'
[source <b>shop</b>]
path = hostile.csv
[group]
by = product
[output]
path = hostile
title = <script>alert(1)</script>
ids = yes
END
"$winnow" run --quiet "$work/job.ini"

# As many days as a chart has columns: the label of the last one is at the edge.
{
    echo id,date,text
    for day in $(seq -w 26); do echo "$day,2026-02-$day,The delivery was late"; done
} >"$work/days.csv"
printf '[source]\npath = days.csv\n[output]\npath = days\n[aggregate]\nperiod = day\n' >"$work/days.ini"
"$winnow" run --quiet "$work/days.ini"

python3 tests/browser/report.py --looks "$work/days/report.html" "$work/samples/report.html" "$work/hostile/report.html"
