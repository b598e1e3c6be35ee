#!/usr/bin/env bash
# Print one JSON line a minute, made from a component's own statistics, for CloudWatch metric filters.
#
# Arguments: 1 name of the source, 2 name of the platform, 3 URL of the statistics (JSON),
#            4 jq expression that makes an object of numbers from them, 5 seconds between two lines,
#            6 command (may be missing) that prints an object of more numbers, which do not depend on the component.
# A component that does not answer, or answers something else, gives {"reachable": 0} and no numbers of its own:
# a missing figure must never look like zero participants.
set -uo pipefail

source=$1 platform=$2 url=$3 figures=$4 interval=$5 command=${6-}

# Positional parameters, not the environment, carry the settings: the image defines what its environment means.
trap 'exit 0' TERM INT

numbers='if all(.[]; type == "number") then . else error("not numbers") end'

while :; do
  line=$(curl --fail --silent --max-time 10 "$url" |
    jq --compact-output "($figures) | $numbers | {reachable: 1} + ." 2>/dev/null) && [ -n "$line" ] || line='{"reachable": 0}'
  more=$(bash -c "$command" 2>/dev/null | jq --compact-output "$numbers" 2>/dev/null) && [ -n "$more" ] || more='{}'
  jq --null-input --compact-output --arg source "$source" --arg platform "$platform" \
    --argjson line "$line" --argjson more "$more" '{$source, $platform} + $line + $more'
  # Waiting on a child lets the trap run at once; a plain sleep would delay it.
  sleep "$interval" &
  wait $!
done
