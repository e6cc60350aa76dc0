#!/usr/bin/env bash
# offline.sh - Winnow's own code never opens a socket: no object file of the program refers to a function
# that would. (It links libraries that could, but never calls those functions.)
set -eu
winnow=$(realpath "${1:-build/winnow}")
cd "$(dirname "$winnow")"
network='socket|socketpair|connect|bind|listen|accept4?|send(to|m?msg)?|recv(from|m?msg)?|getaddrinfo|gethostby.*'
network="$network|res_n?query|g_socket_.*|g_resolver_.*|xmlNanoHTTP.*|xmlNanoFTP.*|htmlParseURL"

# A failing nm, or one that finds no symbols, must not pass for "no network".
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT
nm --undefined-only libwinnow_*.a CMakeFiles/winnow.dir/jobs/main.c.o >"$symbols"
for expected in sqlite3_step xmlCreatePushParserCtxt t5_generate; do
    grep -q " U $expected" "$symbols" || {
        echo "offline: nm does not list $expected, which the program uses" >&2
        exit 1
    }
done
if grep -E " U ($network)(@|$)" "$symbols" >&2; then
    echo "offline: network functions are used" >&2
    exit 1
fi
