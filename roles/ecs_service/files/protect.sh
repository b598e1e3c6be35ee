#!/usr/bin/env bash
# Keep ECS from ending this task while it carries calls or recordings (task scale-in protection), and let it go when idle.
#
# Arguments: name=value.
#   component, platform  what is watched (bridge, recorder or signalling) and where, for the log
#   stats, busy          URL of the component's statistics (JSON), jq expression of how much it has to do (a whole number)
#   more                 command that prints an object of numbers, of what else it does; empty for none
#   recordings           directory whose subdirectories still have to be uploaded; empty for none
#   control              URL that a POST goes to: a bridge's drain (/enable, /disable), a recorder's shutdown
#   cluster, service, region, ecs   names and address of ECS, for a bridge that drains when it is to go; empty for none
# and in seconds, if not said otherwise:
#   poll     between two looks                        idle    without work before the task is let go
#   unknown  without an answer before a busy task is let go
#   expire   minutes that ECS keeps the protection    renew   between two renewals of it
#   watch    between two looks at the deployment      grace   for the component to end after a stop
#   timeout  for one answer
#
# Whatever is no whole number from 0 to 999999 is unknown, and unknown never ends a call: what was busy stays protected.
set -uo pipefail
shopt -s nullglob dotglob
export LC_ALL=C

# As the first process of its container it would not notice a stop without this.
stopping=''
trap stopping=1 TERM INT

# Arguments, not the environment, carry the settings: the image defines what its environment means.
declare -A given
for argument in "$@"; do given[${argument%%=*}]=${argument#*=}; done

# Hundredths of a second: of a number of seconds, and since the machine started (no clock that is put right can jump).
hundredths() {
  local number
  printf -v number '%.2f' "${given[$1]}"
  echo $((10#${number/./}))
}
poll=$(hundredths poll) idle=$(hundredths idle) unknown=$(hundredths unknown) renew=$(hundredths renew)
watch=$(hundredths watch) grace=$(hundredths grace)
look_at_clock() {
  read -r now _ </proc/uptime
  now=$((10#${now/./}))
}

# Waiting on a child lets the trap run at once; a plain sleep would delay it.
pause() {
  sleep "${given[poll]}" &
  wait $!
}

ask() { curl --silent --fail --max-time "${given[timeout]}" "$@" | head --bytes=1000000; }

# --- What the component has to do: busy, empty when unknown

# A plausible number, or nothing.
whole() { [[ $1 =~ ^[0-9]{1,6}$ ]] && echo "$1"; }

busy='' wanted=1
observe() {
  local waiting=() answer more=0
  answer=$(whole "$(ask "${given[stats]}" | jq --raw-output "(${given[busy]}) | numbers" 2>/dev/null)")
  # A service of which no task is wanted sleeps, since nobody meets: what is relayed then is no meeting.
  if [ -n "${given[more]}" ] && ((wanted)); then
    more=$(whole "$(bash -c "${given[more]}" 2>/dev/null | jq '[.[] | numbers] | add' 2>/dev/null)")
  fi
  busy=$((${answer:-0} + ${more:-0}))
  # What is not known is not zero.
  if ((busy == 0)) && [[ -z $answer || -z $more ]]; then busy=''; fi
  [ -n "${given[recordings]}" ] || return
  waiting=("${given[recordings]}"/*/)
  if ((${#waiting[@]})); then
    # These are work even when the component does not say what it does.
    busy=$((${answer:-0} + ${#waiting[@]}))
  elif [ "$busy" = 0 ] && [ ! -r "${given[recordings]}" ]; then
    busy=''
  fi
}

# --- Whether the task should be protected: want, 1 or 0, empty to leave it as it is

want='' known_at=0 idle_since=''
decide() {
  look_at_clock
  if [ -z "$busy" ]; then
    idle_since=''
    [ "$want" = 1 ] && ((now - known_at >= unknown)) && want=0
    return
  fi
  known_at=$now
  if ((busy > 0)); then
    want=1 idle_since=''
  elif ((now - ${idle_since:=$now} >= idle)); then
    want=0
  fi
}

# --- The protection: held, 1 or 0, empty when unknown

held='' asked='' agent='' renew_at=0 retry_at=0 failures=0
protect() {
  [ -n "$want" ] || return
  [ "$want" = "$asked" ] || failures=0 retry_at=0
  asked=$want
  if [ "$want" = "$held" ] && ((want == 0 || now < renew_at)) || ((now < retry_at)); then return; fi
  if update; then
    held=$want renew_at=$((now + renew)) failures=0
  else
    # A lost answer may have done its work: neither state is sure, so the next try says it again.
    held='' retry_at=$((now + (poll << (failures < 4 ? failures++ : 4))))
  fi
}

update() {
  local answer wanted=false request='{"ProtectionEnabled":false}'
  ((want)) && wanted=true request="{\"ProtectionEnabled\":true,\"ExpiresInMinutes\":${given[expire]}}"
  agent='no ECS_AGENT_URI'
  [ -n "${ECS_AGENT_URI:-}" ] || return
  # With an error comes its reason.
  answer=$(curl --silent --fail-with-body --max-time "${given[timeout]}" --request PUT --data "$request" \
    --header 'Content-Type: application/json' "$ECS_AGENT_URI/task-protection/v1/state" | head --bytes=100000)
  local sent=$?
  agent=$(jq --raw-output --argjson wanted "$wanted" --argjson sent "$sent" \
    'if $sent == 0 and .protection.ProtectionEnabled == $wanted then "ok"
     else .failure.Reason // .error.Code // "wrong answer" | tostring | .[:80] end' <<<"$answer" 2>/dev/null) || agent=''
  agent=${agent:-no answer}
  [ "$agent" = ok ]
}

# --- A bridge that is to go takes no new conferences: leaving and drained, 1 or 0

# Call ECS: action, request. The keys of the task's role go through standard input, since arguments show in the process list.
ecs() {
  ask "${AWS_CONTAINER_CREDENTIALS_FULL_URI:-http://169.254.170.2${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI:-}}" |
    jq --raw-output '"user = \"\(.AccessKeyId):\(.SecretAccessKey)\"", "header = \"X-Amz-Security-Token: \(.Token)\""' |
    ask --config - --aws-sigv4 "aws:amz:${given[region]}:ecs" --header 'Content-Type: application/x-amz-json-1.1' \
      --header "X-Amz-Target: AmazonEC2ContainerServiceV20141113.$1" --data "$2" "${given[ecs]}"
}

task='' deployment=''
identify() {
  [ -n "$deployment" ] && return
  task=$(ask "${ECS_CONTAINER_METADATA_URI_V4:-}/task" | jq --raw-output '.TaskARN | strings') && [ -n "$task" ] || return
  # A task of a service is started by a deployment of it.
  deployment=$(ecs DescribeTasks "{\"cluster\":\"${given[cluster]}\",\"tasks\":[\"$task\"]}" |
    jq --raw-output '.tasks[0].startedBy | strings')
  [ -n "$deployment" ]
}

# Whether the task is to go, and whether its service is to have any: 1 or 0 each. It is to go when another deployment replaces
# its own; and of a settled service that has too many tasks, the last ones in the order of their ARNs, so that all bridges agree
# without a word.
fate() {
  local service tasks='{"taskArns":[]}'
  service=$(ecs DescribeServices "{\"cluster\":\"${given[cluster]}\",\"services\":[\"${given[service]}\"]}") || return
  if jq --exit-status '.services[0] | (.deployments | length) == 1 and .runningCount > .desiredCount' \
    <<<"$service" >/dev/null 2>&1; then
    tasks=$(ecs ListTasks "{\"cluster\":\"${given[cluster]}\",\"serviceName\":\"${given[service]}\"}") || return
  fi
  jq --raw-output --arg task "$task" --arg deployment "$deployment" --argjson tasks "$tasks" \
    '.services[0] | (.desiredCount | numbers) as $desired
     | ([.deployments[] | select(.status == "PRIMARY") | .id] | if length == 1 then .[0] else error end) as $id
     | if $id != $deployment or ($tasks.taskArns | sort | index([$task]) // -1) >= $desired then 1 else 0 end
     | "\(.) \([$desired, 1] | min)"' \
    <<<"$service" 2>/dev/null
}

leaving=0 drained=0 watch_at=0
drain() {
  [ -n "${given[ecs]}" ] || return
  if ((now >= watch_at)); then
    watch_at=$((now + watch))
    local answer
    identify && answer=$(fate) && [[ $answer =~ ^[01]\ [01]$ ]] && leaving=${answer% *} wanted=${answer#* }
  fi
  [ "$leaving" = "$drained" ] && return
  local switch=disable
  ((leaving)) && switch=enable
  ask --request POST "${given[control]}/$switch" >/dev/null && drained=$leaving
}

# --- What happens: one line of JSON whenever it differs

told=''
tell() {
  local state="$want $agent $drained $stopping"
  [ "$state" = "$told" ] && return
  told=$state
  jq --null-input --compact-output --arg component "${given[component]}" --arg platform "${given[platform]}" \
    --arg busy "$busy" --arg want "$want" --arg agent "$agent" --argjson drained "$drained" \
    --argjson stopping "${stopping:-0}" \
    '{source: "protect", component: $component, platform: $platform, busy: ($busy | tonumber? // null),
      protect: ($want | tonumber? // null), agent: $agent, draining: $drained, stopping: $stopping}'
}

# ECS stops this container before the one that it watches, and ends that one when this one has ended.
stop() {
  observe
  tell
  case ${given[component]} in
    bridge) ask --request POST "${given[control]}/enable" >/dev/null && drained=1 ;;
    # Ends the recording and its file in good order.
    recorder) [ "$busy" = 0 ] || ask --request POST "${given[control]}" >/dev/null ;;
    *) return ;;
  esac
  look_at_clock
  local deadline=$((now + grace))
  while [ "$busy" != 0 ] && ((now < deadline)) && ! ended; do
    pause
    observe
    look_at_clock
  done
  tell
}

# Nobody listens any more (7 is how curl says so): the component has ended.
ended() {
  ask "${given[stats]}" >/dev/null
  (($? == 7))
}

until [ -n "$stopping" ]; do
  observe
  decide
  protect
  drain
  tell
  [ -n "$stopping" ] || pause
done
stop
