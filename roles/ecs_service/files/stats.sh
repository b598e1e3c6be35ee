#!/usr/bin/env bash
# Print one JSON line a minute, made from a component's own statistics, for CloudWatch metric filters.
#
# Arguments: 1 name of the source, 2 name of the platform, 3 URL of the statistics (JSON),
#            4 jq expression that makes an object of numbers from them, 5 seconds between two lines.
# A component that does not answer, or answers something else, gives {"reachable": 0} and no numbers:
# a missing figure must never look like zero participants.
set -uo pipefail

source=$1 platform=$2 url=$3 figures=$4 interval=$5

# Positional parameters, not the environment, carry the settings: the image defines what its environment means.
trap 'exit 0' TERM INT

while :; do
  if line=$(curl --fail --silent --max-time 10 "$url" |
    jq --compact-output --arg source "$source" --arg platform "$platform" \
      "($figures) | if all(.[]; type == \"number\") then . else error(\"not numbers\") end |
       {source: \$source, platform: \$platform, reachable: 1} + ." 2>/dev/null) && [ -n "$line" ]; then
    printf '%s\n' "$line"
  else
    jq --null-input --compact-output --arg source "$source" --arg platform "$platform" \
      '{source: $source, platform: $platform, reachable: 0}'
  fi
  # Waiting on a child lets the trap run at once; a plain sleep would delay it.
  sleep "$interval" &
  wait $!
done
