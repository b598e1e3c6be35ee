#!/usr/bin/env bash
# Print how many clients of the TURN server beside us relay media, as an object: {"relays": 2}. Prints nothing when unknown.
#
# Before it come: port of the server, and kept, a file for what it knows between two looks.
# TURN is over TCP alone, so each client is a connection, and the kernel counts its bytes. One that moved 6000 within a minute
# relays: media and even the checks of a silent call are more (12 kB), a spare way and an allocation that nobody uses are less.
set -uo pipefail
: "${port:?}" "${kept:?}"

listed=$(ss -tinHO state established "( sport = :$port )") || exit
read -r now _ </proc/uptime
touch "$kept" || exit
awk -v now="$now" -v next_kept="$kept.next" -v few=6000 -v window=60 '
  # Of each connection: bytes at the beginning of the look and its time, and when it last moved enough.
  FILENAME == ARGV[1] { bytes[$1] = $2; since[$1] = $3; used[$1] = $4; next }
  NF {
    moved = 0
    for (field = 5; field <= NF; field++)
      if ($field ~ /^bytes_(acked|received):/) moved += substr($field, index($field, ":") + 1)
    if (!($4 in bytes) || moved < bytes[$4]) { bytes[$4] = 0; since[$4] = now; used[$4] = -window }
    if (moved - bytes[$4] >= few) { bytes[$4] = moved; since[$4] = used[$4] = now }
    else if (now - since[$4] >= window) { bytes[$4] = moved; since[$4] = now }
    if (now - used[$4] < window) relays++
    print $4, bytes[$4], since[$4], used[$4] >next_kept
  }
  END { printf "{\"relays\": %d}\n", relays }
' "$kept" - <<<"$listed" && { [ ! -e "$kept.next" ] || mv "$kept.next" "$kept"; }
