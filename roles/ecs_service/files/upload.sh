#!/usr/bin/env bash
# Bring recordings from the recorder's disk to S3. A file leaves the disk only when S3 gave every byte of it back.
#
# Arguments: 1 name of the platform, 2 region, 3 bucket, 4 ARN of the bucket's KMS key (may be empty), 5 storage directory,
#            6 what to do:
#   finalize DIRECTORY  upload the session that jibri has finished, and then whatever else waits
#   sweep               upload whatever waits
#   adopt               let everything that is there wait; for the start of a recorder, when nothing is recorded yet
#
# recordings/<session> belongs to jibri. recordings/<session>.<id> waits for upload; jibri makes no name with a dot. Who works
# on a directory holds a lock on it (children too), so no two work on the same one, whatever is killed.
# Objects are recordings/<session>/<file>, or recordings/<session>/<start of its SHA-256>/<file> where another content has
# the first key. Their metadata carries the SHA-256, so an upload whose answer was lost is recognised and not done twice.
# Results go to uploads.jsonl: each recording gives at most one "failed" and one "ok", found again by its id.
set -uo pipefail
export LC_ALL=C

platform=$1 region=$2 bucket=$3 kms_key=$4 storage=$5 mode=$6
recordings=$storage/recordings
results=$storage/uploads.jsonl

# How often, the first pause (doubled each time, at most 60 s, less up to half of it by chance), and how long a session
# that jibri never handed over has to be untouched.
attempts=${UPLOAD_ATTEMPTS:-6} pause_ms=${UPLOAD_PAUSE_MS:-2000} quiet_minutes=${UPLOAD_QUIET_MINUTES:-15}
# Verifications of one object that may differ before it is sent again: the reading may be what fails.
readings=3

# Environment, not a config file: the role of the task gives the credentials. The bucket exists; a recorder may not make
# one. Its ACLs are switched off, so that it accepts this one only. The HEAD after an upload would ask for a version, which
# is a permission of its own; this script reads everything back instead.
export RCLONE_CONFIG=/dev/null RCLONE_S3_PROVIDER=AWS RCLONE_S3_ENV_AUTH=true RCLONE_S3_REGION=$region
export RCLONE_S3_NO_CHECK_BUCKET=true RCLONE_S3_NO_HEAD=true RCLONE_S3_ACL=bucket-owner-full-control
export RCLONE_S3_SERVER_SIDE_ENCRYPTION=aws:kms RCLONE_S3_SSE_KMS_KEY_ID=$kms_key
# Four parts at a time are 64 MiB of memory. The hash that rclone would add to large objects is one more reading of them.
part_mib=${UPLOAD_PART_MIB:-16}
export RCLONE_S3_UPLOAD_CUTOFF=${part_mib}M RCLONE_S3_CHUNK_SIZE=${part_mib}M RCLONE_S3_UPLOAD_CONCURRENCY=4
export RCLONE_S3_DISABLE_CHECKSUM=true
export RCLONE_CONTIMEOUT=${RCLONE_CONTIMEOUT:-10s} RCLONE_TIMEOUT=${RCLONE_TIMEOUT:-60s}
# This script tries again, after it has looked at what S3 holds. Parts of a large file are worth more tries.
export RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1

say() { printf 'upload: %s\n' "$*" >&2; }

# Run rclone on so many bytes. An S3 that is slower than 1 MB/s all the time is stuck.
s3() { timeout --foreground --kill-after=10 "$((600 + $1 / 1000000))" rclone "${@:2}"; }

# Letters and digits of any script, blanks and ._-+@,() only: such a name means the same to S3, rclone and people.
safe() {
  if [[ $1 == *[!A-Za-z0-9._\ +@,\(\)-]* ]]; then
    jq --null-input --raw-output --arg name "$1" '$name | gsub("[^\\p{L}\\p{M}\\p{N}._ +@,()-]"; "_")'
  else
    printf '%s' "$1"
  fi
}

# Rename what is in a directory to safe names, the deepest first.
rename_in() {
  local path name target count
  while IFS= read -r -d '' path; do
    name=$(safe "${path##*/}")
    [ "$name" = "${path##*/}" ] && continue
    target=${path%/*}/$name count=2
    while [ -e "$target" ] || [ -L "$target" ]; do target=${path%/*}/$((count++))_$name; done
    mv --no-target-directory -- "$path" "$target"
  done < <(find "$1" -mindepth 1 -depth -print0)
}

# One line a result. The log of jibri puts words before each line, and metric filters need bare JSON: the recorder's first
# program prints this file. Said twice, it counts once.
report() {
  local line
  grep --quiet --fixed-strings "\"id\":\"$id\",\"result\":\"$1\"" -- "$results" 2>/dev/null && return
  line=$(jq --null-input --compact-output --arg platform "$platform" --arg id "$id" --arg result "$1" \
    --arg file "$session/${names[0]-}" --argjson bytes "$bytes" --arg reason "${2-}" \
    '{source: "upload", platform: $platform, id: $id, result: $result, file: $file, bytes: $bytes}
     + if $reason == "" then {} else {reason: $reason} end') || return
  # A disk that was full may have cut the line before.
  [ -z "$(tail --bytes=1 -- "$results" 2>/dev/null)" ] || line=$'\n'$line
  printf '%s\n' "$line" >>"$results"
}

# What S3 holds of the session: claims[file] is the SHA-256 in its metadata, "none" or "unknown".
list() {
  local table file claim
  table=$(s3 0 lsjson --recursive --files-only --metadata --no-mimetype --no-modtime -- "$target/" |
    jq --raw-output '.[] | [.Path, if .Metadata then .Metadata.sha256 // "none" else "unknown" end] | @tsv') || return
  claims=() listed=$SECONDS
  while IFS=$'\t' read -r file claim; do
    [ -z "$file" ] || claims[$file]=$claim
  done <<<"$table"
}

# The SHA-256 of what S3 gives back: object, bytes.
read_back() {
  local hash=''
  read -r hash _ < <(s3 "$2" hashsum sha256 --download -- "$target/$1")
  printf '%s' "$hash"
}

# Have S3 hold a file: its number. Fails when it cannot be shown that S3 does.
store() {
  local name=${names[$1]} sum=${sums[$1]} size=${sizes[$1]} key tries=1 claim hash
  key=$name claim=${claims[$key]-absent}
  if [ "$claim" = none ]; then
    # From elsewhere, so only its content tells what it is.
    hash=$(read_back "$key" "$size")
    [ "$hash" = "$sum" ] && return
    [[ $hash =~ ^[0-9a-f]{64}$ ]] || { reason=verify; return 1; }
  fi
  if [ "$claim" = none ] || [[ $claim =~ ^[0-9a-f]{64}$ && $claim != "$sum" ]]; then
    # Never over another recording.
    key=${sum:0:12}/$name
    claim=${claims[$key]-absent}
  fi
  if [ "$claim" = absent ] || { [ "$claim" = "$sum" ] && ((${differing[$1]-0} >= readings)); }; then
    ((size < part_mib << 20)) || tries=3
    differing[$1]=0
    s3 "$size" copyto --no-check-dest --low-level-retries "$tries" --header-upload "x-amz-meta-sha256: $sum" \
      -- "${paths[$1]}" "$target/$key" || { reason=upload; return 1; }
  elif [ "$claim" != "$sum" ]; then
    reason=list
    return 1
  fi
  hash=$(read_back "$key" "$size")
  [ "$hash" = "$sum" ] && return
  reason=verify
  # An answer that is whole, and wrong.
  if [[ $hash =~ ^[0-9a-f]{64}$ ]]; then differing[$1]=$((${differing[$1]-0} + 1)); fi
  return 1
}

# Size and time of every file, to see that none has changed.
look() { stat --format='%s %.9Y %n' -- "${paths[@]}"; }

# Upload the directory that waits, and delete it. Its lock is held.
deliver() {
  local entry=$1 id session target bytes=0 reason=list failed='' before listed=0 i try ms
  local -a paths=() names=() sums=() sizes=()
  local -A claims=() differing=() done_with=()
  session=${entry##*/} id=${entry##*.}
  session=$(safe "${session%.*}")
  target=:s3:$bucket/recordings/$session

  rename_in "$entry" || failed=names
  # jibri's metadata comes last: where it is, the rest is.
  mapfile -d '' paths < <(
    find "$entry" -type f ! -path "$entry/metadata.json" -print0 | sort --zero-terminated
    find "$entry" -maxdepth 1 -type f -name metadata.json -print0
  )
  if ((${#paths[@]} == 0)); then
    find "$entry" -depth -type d -empty -delete
    [ ! -e "$entry" ]
    return
  fi
  before=$(look) || failed=unreadable
  for i in "${!paths[@]}"; do
    names[i]=${paths[i]#"$entry"/}
    sizes[i]=$(stat --format=%s -- "${paths[i]}") || sizes[i]=0
    bytes=$((bytes + sizes[i]))
    if ! sums[i]=$(sha256sum <"${paths[i]}" | cut --delimiter=' ' --fields=1); then
      say "cannot read ${paths[i]}"
      failed=unreadable done_with[$i]=1
    fi
  done

  for ((try = 0; try < attempts; try++)); do
    if ((try)); then
      ms=$((pause_ms << (try - 1) < 60000 ? pause_ms << (try - 1) : 60000))
      ms=$((ms / 2 + ms * RANDOM / 65536))
      sleep "$((ms / 1000)).$(printf '%03d' "$((ms % 1000))")"
    fi
    list || continue
    for i in "${!paths[@]}"; do
      [ -n "${done_with[$i]-}" ] && continue
      # The file before may have taken long.
      ((SECONDS - listed < 10)) || list || break
      store "$i" && done_with[$i]=1
    done
    ((${#done_with[@]} < ${#paths[@]})) || break
  done

  ((${#done_with[@]} == ${#paths[@]})) || failed=$reason
  [ -n "$failed" ] || [ "$(look)" = "$before" ] || failed=changed
  [ -n "$failed" ] || [ -z "$(find "$entry" ! -type f ! -type d -print -quit)" ] || failed=special
  if [ -n "$failed" ]; then
    say "$session waits: $failed"
    report failed "$failed"
    return 1
  fi
  # Before the deletion, so that no end in between loses the result; after it once more, in case the disk was full.
  report ok
  rm --force -- "${paths[@]}" && find "$entry" -depth -type d -empty -delete
  report ok
  [ ! -e "$entry" ]
}

# Take a directory: lock it, and give it the name of one that waits. Fails when another has it.
take() {
  exec {lock}<"$1" && flock --nonblock "$lock" && [ "$1" -ef "/dev/fd/$lock" ] || return
  entry=$1
  [[ $entry =~ \.[0-9]{19}$ ]] && return
  entry=$1.$(date +%s%N)
  mv --no-target-directory -- "$1" "$entry"
}

# Whether nobody has touched anything in a session for a while.
abandoned() { [ -z "$(find "$1" -mmin "-$quiet_minutes" -print -quit)" ]; }

sweep() {
  local directory status=0
  while IFS= read -r -d '' directory; do
    [[ $directory =~ \.[0-9]{19}$ ]] || abandoned "$directory" || continue
    # A shell of its own, which ends with the lock.
    (if take "$directory"; then deliver "$entry"; fi) || status=1
  done < <(find "$recordings" -mindepth 1 -maxdepth 1 -type d -print0 | sort --zero-terminated)
  return "$status"
}

case $mode in
  finalize)
    take "${7%/}" && deliver "$entry" || exit 1
    sweep
    exit 0
    ;;
  sweep) sweep ;;
  adopt)
    while IFS= read -r -d '' directory; do
      (take "$directory")
    done < <(find "$recordings" -mindepth 1 -maxdepth 1 -type d -print0)
    ;;
esac
