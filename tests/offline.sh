#!/usr/bin/env bash
# offline.sh - the program cannot open a socket: none of its object files refers to a function that
# would, and neither does the linked program. (Some of its libraries could, but are never asked to.)
#
#   tests/offline.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
build=$(dirname "$winnow")
network='socket(pair)?|connect|bind|listen|accept4?|send(to|m?msg)?|recv(from|m?msg)?|getaddrinfo'
network="$network|gethostby(name|addr)[2_r]*|res_n?(query|search|init)|g_socket_.*|g_resolver_.*"
network="$network|g_network_.*|g_tls_.*|xmlNanoHTTP.*|xmlNanoFTP.*|htmlParseURL|curl_.*"

# undefined NM_ARGUMENT...: the names of the functions that come from libraries; a few of them show that
# the list is complete.
undefined() {
    local names
    names=$(nm --undefined-only "$@" | sed -n 's/^ *U \([^@]*\).*/\1/p' | sort -u)
    for known in archive_read_new g_mime_parser_construct_message sqlite3_step; do
        grep -qx "$known" <<<"$names" || {
            echo "offline: nm does not list $known for $*" >&2
            return 1
        }
    done
    echo "$names"
}

shopt -s nullglob
objects=("$build"/libwinnow_*.a "$build"/CMakeFiles/winnow.dir/jobs/main.c.o)
[ ${#objects[@]} -eq 7 ] || {
    echo "offline: expected six libraries and main.c.o in $build: ${objects[*]}" >&2
    exit 1
}
of_objects=$(undefined "${objects[@]}")
of_program=$(undefined --dynamic "$winnow")
if grep -Ex "$network" <<<"$of_objects"$'\n'"$of_program"; then
    echo "offline: these network functions are used" >&2
    exit 1
fi
grep -Eqx "$network" <<<getaddrinfo # the pattern works
