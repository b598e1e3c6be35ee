#!/usr/bin/env bash
# Ask AWS which addresses this task has, write them to <folder>/public and <folder>/private, one IPv4 address each, and end.
#
# Arguments: name=value.
#   platform                   for the log
#   folder                     the volume that the other containers of the task read
#   cluster, region, ecs, ec2  names and addresses of ECS and EC2
# and in seconds:
#   limit    until it gives up: the address may be attached late, and AWS may be busy
#   longest  between two tries; the pause begins with one and doubles
#   timeout  for one answer
#
# It fails with one line of JSON that says why, and the task then ends: a bridge that nobody can reach must not start.
set -uo pipefail
export LC_ALL=C

declare -A given
for argument in "$@"; do given[${argument%%=*}]=${argument#*=}; done

ask() { curl --silent --fail-with-body --max-time "${given[timeout]}" "$@" | head --bytes=1000000; }

# Call AWS: service, further arguments of curl. The keys of the task's role go through standard input, since arguments show
# in the process list.
aws() {
  ask "${AWS_CONTAINER_CREDENTIALS_FULL_URI:-http://169.254.170.2${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI:-}}" |
    jq --raw-output '"user = \"\(.AccessKeyId):\(.SecretAccessKey)\"", "header = \"X-Amz-Security-Token: \(.Token)\""' |
    ask --config - --aws-sigv4 "aws:amz:${given[region]}:$1" "${@:2}"
}

# The text of an element, from XML on standard input: nothing if it is not there, and more than one line if it has
# several values. Answers of EC2 have no attributes, and an address has no character that XML would write otherwise.
element() { grep --only-matching "<$1>[^<]*</$1>" | sed 's/<[^>]*>//g' | sort --unique; }

# What a step that fails leaves as its reason.
why=''
# A call, and its answer: JSON of ECS, XML of EC2.
refused() {
  local code
  code=$(jq --raw-output '.__type | strings' <<<"$2" 2>/dev/null)
  code=${code:-$(element Code <<<"$2" | head --bytes=100)}
  why="$1: ${code:-no answer}"
  return 1
}

trap 'exit 1' TERM INT

IPV4='^[0-9]{1,3}(\.[0-9]{1,3}){3}$'
look() {
  local task answer interface public private
  why='the metadata of the task does not name the task'
  task=$(ask "${ECS_CONTAINER_METADATA_URI_V4:-}/task" | jq --raw-output '.TaskARN | strings' 2>/dev/null) || return
  [ -n "$task" ] || return
  answer=$(aws ecs --header 'Content-Type: application/x-amz-json-1.1' \
    --header 'X-Amz-Target: AmazonEC2ContainerServiceV20141113.DescribeTasks' \
    --data "{\"cluster\":\"${given[cluster]}\",\"tasks\":[\"$task\"]}" "${given[ecs]}") ||
    { refused ecs:DescribeTasks "$answer"; return; }
  why='the task has no network interface'
  interface=$(jq --raw-output \
    '[.tasks[0].attachments[]?.details[]? | select(.name == "networkInterfaceId").value | strings] | first // empty' \
    <<<"$answer" 2>/dev/null)
  [[ $interface =~ ^eni-[0-9a-f]+$ ]] || return
  answer=$(aws ec2 --data "Action=DescribeNetworkInterfaces&Version=2016-11-15&NetworkInterfaceId.1=$interface" "${given[ec2]}") ||
    { refused ec2:DescribeNetworkInterfaces "$answer"; return; }
  public=$(element publicIp <<<"$answer") private=$(element privateIpAddress <<<"$answer")
  why="the network interface $interface has no public IPv4 address"
  [[ $public =~ $IPV4 ]] || return
  why="the network interface $interface has not one private IPv4 address"
  [[ $private =~ $IPV4 ]] || return
  why="${given[folder]} cannot be written"
  { printf '%s' "$public" >"${given[folder]}/public" && printf '%s' "$private" >"${given[folder]}/private"; } 2>/dev/null ||
    return
  why=''
}

tell() {
  jq --null-input --compact-output --arg platform "${given[platform]}" --arg why "$why" --argjson found "$1" --argjson tries "$tries" \
    '{source: "address", $platform, $found, $tries} + if $why == "" then {} else {error: $why} end'
}

tries=1 pause=1
until look; do
  if ((SECONDS + pause > given[limit])); then
    tell 0
    exit 1
  fi
  # Waiting on a child lets a stop through at once.
  sleep "$pause" &
  wait $!
  pause=$((pause * 2 < given[longest] ? pause * 2 : given[longest])) tries=$((tries + 1))
done
tell 1
