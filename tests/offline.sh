#!/usr/bin/env bash
# offline.sh - our own code never opens a socket: no object file of the program refers to one of the
# functions that would. (Libraries that could are linked, but nothing of ours asks them to.)
set -eu
winnow=$(realpath "${1:-build/winnow}")
cd "$(dirname "$winnow")"
archives=$(ls libwinnow_*.a)
network='socket|connect|bind|listen|accept4?|send(to|msg)?|recv(from|msg)?|getaddrinfo|gethostbyname'
network="$network|res_n?query|g_socket_.*|g_resolver_.*|xmlNanoHTTP.*|xmlNanoFTP.*|htmlParseURL"
# shellcheck disable=SC2086 # one word an archive
found=$(nm --undefined-only $archives CMakeFiles/winnow.dir/jobs/main.c.o 2>/dev/null |
    grep -E " U ($network)(@|$)" || true)
[ -z "$found" ] || {
    echo "offline: network functions are used:" >&2
    echo "$found" >&2
    exit 1
}
