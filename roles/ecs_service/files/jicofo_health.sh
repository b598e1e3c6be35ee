#!/usr/bin/env bash
# Health check of jicofo: whether signalling works, with or without a bridge.
#
# jicofo's own check fails while no bridge is operational, and then looks at nothing else. Where its connection to prosody
# is lost it forgets all bridges 15 seconds later, so "no bridges" hides that as well, and it does not always connect anew.
# Before its first own check, 10 seconds after the start, it says that all is well.
set -uo pipefail
export LC_ALL=C

# To 127.0.0.1:5222, established (01). All containers of a task share its network. /proc writes addresses in hexadecimal,
# and Java uses IPv6 sockets for IPv4, too.
if ! grep --quiet --no-messages --extended-regexp ' (0{16}FFFF0000)?0100007F:1466 01 ' /proc/net/tcp /proc/net/tcp6; then
  echo 'jicofo is not connected to prosody'
  exit 1
fi

# The status in a line of its own, after the answer. ECS gives the whole check five seconds.
answer=$(curl --silent --max-time 4 --write-out '\n%{http_code}' http://127.0.0.1:8888/about/health)
case $answer in
  *$'\n'200 | 'No operational bridges available (total bridge count: '*')'$'\n'500) ;;
  *)
    printf 'jicofo says %s\n' "$answer"
    exit 1
    ;;
esac
