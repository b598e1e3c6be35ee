#!/usr/bin/env bash
# First program of the recorder's container: prepares what the image reads, looks after recordings that wait, and becomes
# the image's own first program.
#
# Arguments: 1 the upload script, 2 to 6 its settings (platform, region, bucket, KMS key, storage directory),
#            7 directory for programs and settings, 8 seconds between two sweeps, 9 the image's first program.
set -eu

upload=$7/upload.sh settings=("${@:2:5}") storage=$6 pause=$8 init=$9
results=$storage/uploads.jsonl

# jibri calls a program with one argument.
printf '%s' "$1" >"$upload"
{
  printf '#!/usr/bin/env bash\nexec'
  printf ' %q' "$upload" "${settings[@]}" finalize
  echo ' "$@"'
} >"$7/finalize.sh"
chmod 0755 "$upload" "$7/finalize.sh"

# The image includes this file last. MP4 in fragments of at most two seconds: what a killed ffmpeg leaves still plays.
mkdir -p "$7/jibri/config"
cat >"$7/jibri/config/custom-jibri.conf" <<'EOF'
jibri.ffmpeg.video-params-recording += "-movflags"
jibri.ffmpeg.video-params-recording += "+empty_moov+default_base_moof+frag_keyframe"
jibri.ffmpeg.video-params-recording += "-frag_duration"
jibri.ffmpeg.video-params-recording += "2000000"
EOF

# Whatever is there was left by a recorder that died. From now on jibri may record.
mkdir -p "$storage/recordings"
"$upload" "${settings[@]}" adopt || true

# Results reach the container's log from here: jibri would put words before them. What earlier recorders printed is skipped;
# only the newest results are kept, to know again what was reported.
if [ -e "$results" ] && tail --lines=1000 "$results" >"$results.new"; then mv "$results.new" "$results"; fi
touch "$results" || true
tail --bytes=+"$(($(stat --format=%s "$results" || echo 0) + 1))" --follow=name --retry "$results" 2>/dev/null &

# Recordings wait for S3 to come back, not for the next recording. A recording that runs has the first call on the CPU.
while :; do
  nice --adjustment=19 "$upload" "${settings[@]}" sweep || true
  sleep "$pause"
done >/dev/null &

exec "$init"
