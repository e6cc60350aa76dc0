#!/usr/bin/env bash
# layers.sh - the arrows of docs/ARCHITECTURE.md hold: who includes whom, each library known to one
# file, every header complete in itself.
set -eu
faults=0

fault() {
    echo "layers: $*" >&2
    faults=$((faults + 1))
}

# What the files of a folder may include; anything else of ours is a wrong arrow.
allowed() {
    case $1 in
    base) echo '^base/' ;;
    inference) echo '^(base|inference)/' ;;
    pipeline) echo '^(base|pipeline)/' ;;
    connectors) echo '^(base|pipeline|connectors)/' ;;
    stages) echo '^(base|pipeline|stages)/|^inference/t5\.h$' ;;
    jobs) echo '^(base|pipeline|stages|connectors|jobs)/|^inference/(t5|tokenizer)\.h$' ;;
    esac
}

sources() {
    find "$@" -name '*.[ch]' -o -name '*.cc' | sort
}

for folder in base inference pipeline connectors stages jobs; do
    for file in $(sources $folder); do
        for include in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$file"); do
            echo "$include" | grep -Eq "$(allowed $folder)" ||
                fault "$file includes $include, which $folder/ may not"
        done
    done
done

# pipeline/ knows stages and connectors by their interfaces, and a stage no other stage, by name.
if grep -En '\b[a-z]+_(connector|stage|format)\b.*(;|,)$' $(sources pipeline) |
    grep -E '&[a-z]+_(connector|stage|format)\b|extern'; then
    fault "pipeline/ names a stage, a connector or a format"
fi
for file in $(sources stages | grep '\.c$' | grep -v '^stages/stages\.c$'); do
    name=$(basename "$file" .c)
    others=$(grep -Eno '\b[a-z]+_stage\b' "$file" | grep -v ":${name}_stage$" || true)
    [ -z "$others" ] || fault "$file names another stage: $others"
done

# A library's header stands in one file: changing the library changes that file alone.
libc='^(assert|ctype|endian|errno|fcntl|fnmatch|getopt|glob|dirent|float|inttypes|limits|locale|math|poll'
libc="$libc|pthread|sched|setjmp|signal|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string"
libc="$libc|strings|time|unistd|wchar|immintrin|cpuid|sys/[a-z]+|linux/[a-z]+)\.h$"
grep -Eo '^#include <[^>]+>' $(sources base inference pipeline connectors stages jobs) |
    sed 's/:#include </ /; s/>$//' | sort -u -k2 -k1,1 >"${TMPDIR:-/tmp}/layers.$$"
trap 'rm -f "${TMPDIR:-/tmp}/layers.$$"' EXIT
while read -r header; do
    echo "$header" | grep -Eq "$libc" && continue
    users=$(awk -v header="$header" '$2 == header { print $1 }' "${TMPDIR:-/tmp}/layers.$$")
    [ "$(echo "$users" | wc -l)" -eq 1 ] || fault "<$header> is known to more than one file:" $users
done < <(cut -d' ' -f2 "${TMPDIR:-/tmp}/layers.$$" | sort -u)

# Every header compiles alone, except a body that several files include under their own macros and
# that says so itself.
for header in $(find base inference pipeline connectors stages jobs -name '*.h' | sort); do
    grep -q '^#error "define' "$header" ||
        ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -I. -fsyntax-only -x c "$header" ||
        fault "$header does not compile alone"
done

[ "$faults" -eq 0 ]
