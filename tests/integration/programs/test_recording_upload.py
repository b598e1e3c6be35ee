# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real upload script with the real rclone against an S3 that is as strict as AWS, fails, lies and is slow.

`make proof-recordings` does the same with a thousand recordings, and kills the script at each of its commands.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from proofs.recordings.mix import NAMES, allowed_actions, make_bucket, run_mix, run_steps
from proofs.recordings.recorder import SCRIPT, Recorder, digest
from proofs.recordings.s3 import BUCKET, Caller, s3_server
from support.programs import ROLE, need

MEDIA = "room_2026-11-23-10-00-00.mp4"
FILES: dict[str | bytes, bytes] = {MEDIA: b"media" * 500, "metadata.json": b'{"participants": []}'}


@pytest.fixture(autouse=True)
def _programs():
    need("rclone", "jq", "flock")


@pytest.fixture
def client(aws):
    """The bucket, seen by somebody who meets no fault."""
    return make_bucket(aws)


@pytest.fixture
def s3(aws, client):
    with s3_server(aws.url, allowed_actions(), stall_seconds=1.5) as running:
        yield running


@pytest.fixture
def recorder(s3, tmp_path) -> Iterator[Recorder]:
    one = Recorder("recorder", tmp_path / "disk", s3)
    yield one
    one.kill()


def objects(client) -> dict[str, str]:
    """Digests by key, of the newest versions."""
    return {
        item["Key"]: digest(client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read())
        for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    }


def versions(client) -> int:
    return len(client.list_object_versions(Bucket=BUCKET).get("Versions", []))


def stored(client, session: str = "session") -> bool:
    return objects(client) == {f"recordings/{session}/{name}": digest(data) for name, data in FILES.items()}


# --- What goes well


def test_a_recording_is_uploaded_read_back_and_only_then_deleted(client, recorder):
    assert recorder.finalize(recorder.record("session", FILES)) == 0
    assert stored(client)
    assert recorder.waiting() == []
    (line,) = recorder.results()
    assert re.fullmatch(r"\d{19}", line.pop("id"))
    assert line == {
        "source": "upload",
        "platform": "jitsi",
        "result": "ok",
        "file": f"session/{MEDIA}",
        "bytes": sum(map(len, FILES.values())),
    }
    head = client.head_object(Bucket=BUCKET, Key=f"recordings/session/{MEDIA}")
    assert head["Metadata"]["sha256"] == digest(FILES[MEDIA])
    assert head["ContentType"] == "video/mp4"
    assert head["ServerSideEncryption"] == "aws:kms"
    # Each object was read to its end before anything was deleted, and nothing was asked twice.
    once = ["PutObject", "HeadObject", "ListObjectsV2", "GetObject"]
    assert recorder.caller.seen == ["ListObjectsV2", *once, *once]


def test_any_name_arrives_with_its_content(client, recorder):
    files = {name: b"%d" % number for number, name in enumerate(NAMES)}
    assert recorder.finalize(recorder.record("-odd_Session", files)) == 0
    found = objects(client)
    assert sorted(found.values()) == sorted(map(digest, files.values()))
    assert all(re.fullmatch(r"recordings/-odd_Session/[\w ._+@,()\u0300-\u036f-]+", key) for key in found)
    for name in (NAMES[0], NAMES[1], NAMES[2], NAMES[3], "no extension"):
        assert found[f"recordings/-odd_Session/{name}"] == digest(files[name])
    assert recorder.waiting() == []
    assert [line["result"] for line in recorder.results()] == ["ok"]


def test_the_role_allows_what_the_script_does_and_nothing_else(recorder, s3):
    recorder.finalize(recorder.record("small", FILES))
    # A large file is sent in parts, and the parts of one that fails are given up.
    s3.callers["recorder"] = Caller(at={4: "AccessDenied"})
    assert recorder.finalize(recorder.record("large", {MEDIA: os.urandom((5 << 20) + 7)})) == 0
    assert "AbortMultipartUpload" in recorder.caller.seen
    assert s3.used == allowed_actions()


def test_nothing_secret_is_printed(recorder, s3):
    for always in ("", "AccessDenied", "reset"):
        s3.callers["recorder"] = Caller(always=always)
        recorder.finalize(recorder.record(f"session{always}", {MEDIA: b"media"}), UPLOAD_ATTEMPTS="1")
    said = "".join(recorder.errors) + (recorder.disk / "uploads.jsonl").read_text()
    assert "waits: " in said
    assert not re.search(r"secret-of-the-role|token-of-the-role|Signature=|X-Amz-Security", said)


# --- Never deleted without proof


@pytest.mark.parametrize(
    "caller",
    [
        Caller(always="corrupt answer", only=frozenset({"GetObject"})),
        Caller(always="truncated", only=frozenset({"GetObject"})),
        Caller(deaf=True),
        Caller(always="InternalError", only=frozenset({"HeadObject", "GetObject"})),
    ],
    ids=["wrong bytes", "half of the bytes", "says yes and stores nothing", "no reading"],
)
def test_a_recording_stays_until_s3_gave_every_byte_back(client, recorder, s3, caller):
    s3.callers["recorder"] = caller
    files = {MEDIA: os.urandom(5000), "empty.mp4": b""}
    assert recorder.finalize(recorder.record("session", files), UPLOAD_ATTEMPTS="1") == 1
    (entry,) = recorder.waiting()
    assert {path.name: path.read_bytes() for path in entry.iterdir()} == files
    s3.callers.clear()
    assert recorder.run("sweep") == 0
    assert objects(client) == {f"recordings/session/{name}": digest(data) for name, data in files.items()}
    assert versions(client) == 2
    assert [line["result"] for line in recorder.results()] == ["failed", "ok"]


def test_an_s3_that_stores_wrong_bytes_is_corrected(client, recorder, s3):
    s3.callers["recorder"] = Caller(always="corrupt request", only=frozenset({"PutObject"}), careless=True)
    assert recorder.finalize(recorder.record("session", {MEDIA: FILES[MEDIA]})) == 1
    s3.callers.clear()
    assert recorder.run("sweep") == 0
    assert objects(client) == {f"recordings/session/{MEDIA}": digest(FILES[MEDIA])}


def test_what_changes_during_the_upload_stays(client, recorder):
    directory = recorder.record("session", FILES)

    def append() -> None:
        with (recorder.waiting()[0] / MEDIA).open("ab") as file:
            file.write(b"more")

    recorder.caller.at_request, recorder.caller.countdown, recorder.caller.after = append, 5, True
    assert recorder.finalize(directory) == 1
    assert recorder.run("sweep") == 0
    assert sorted(objects(client).values()) == sorted(
        digest(data) for data in (FILES[MEDIA], FILES[MEDIA] + b"more", FILES["metadata.json"])
    )


def test_what_cannot_be_read_stays_and_the_rest_is_uploaded(client, recorder, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    # Whoever runs as root can read everything.
    (programs / "sha256sum").write_text(
        f"#!/bin/bash\n[[ $(readlink /proc/$$/fd/0) != *{MEDIA} ]] && exec {shutil.which('sha256sum')}\nexit 1\n"
    )
    (programs / "sha256sum").chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    assert recorder.finalize(recorder.record("session", FILES), PATH=path) == 1
    assert set(objects(client)) == {"recordings/session/metadata.json"}
    assert recorder.run("sweep") == 0
    assert stored(client)
    assert [(line["result"], line.get("reason")) for line in recorder.results()] == [
        ("failed", "unreadable"),
        ("ok", None),
    ]


def test_what_is_no_file_is_never_deleted(client, recorder):
    directory = recorder.record("session", FILES)
    (directory / "link").symlink_to("/etc/hostname")
    assert recorder.finalize(directory) == 1
    (entry,) = recorder.waiting()
    assert sorted(path.name for path in entry.iterdir()) == sorted([*map(str, FILES), "link"])
    assert stored(client)
    (entry / "link").unlink()
    assert recorder.run("sweep") == 0
    assert recorder.waiting() == []


# --- Never twice, never over another


def test_recordings_of_the_same_name_are_all_kept(client, recorder, s3, tmp_path):
    contents = [b"one", b"two", b"two"]
    for number, content in enumerate(contents):
        recorder.finalize(recorder.record("session", {MEDIA: content, "metadata.json": b"%d" % number}))
    assert objects(client) == {
        f"recordings/session/{MEDIA}": digest(b"one"),
        "recordings/session/metadata.json": digest(b"0"),
        f"recordings/session/{digest(b'two')[:12]}/{MEDIA}": digest(b"two"),
        **{f"recordings/session/{digest(data)[:12]}/metadata.json": digest(data) for data in (b"1", b"2")},
    }
    assert versions(client) == 5
    assert [line["result"] for line in recorder.results()] == ["ok"] * 3


@pytest.mark.parametrize(("content", "count"), [(FILES[MEDIA], 2), (b"of somebody else", 3)])
def test_an_object_from_elsewhere_is_known_by_its_content(client, recorder, content, count):
    client.put_object(Bucket=BUCKET, Key=f"recordings/session/{MEDIA}", Body=content)
    assert recorder.finalize(recorder.record("session", FILES)) == 0
    assert versions(client) == count
    assert {digest(content), *map(digest, FILES.values())} == set(objects(client).values())


def test_a_request_that_lands_after_its_sender_gave_up_does_no_harm(client, recorder, s3):
    """S3 can refuse a second upload only of a client that asks it to, which rclone 1.60 cannot."""
    s3.callers["recorder"] = Caller(at={2: "landing"})
    assert recorder.finalize(recorder.record("session", FILES), RCLONE_TIMEOUT="1s") == 0
    time.sleep(2 * s3.stall_seconds)
    assert stored(client)
    assert versions(client) == 3
    assert [line["result"] for line in recorder.results()] == ["ok"]


# --- Who works on what


def test_a_sweep_leaves_a_running_recording_alone(client, recorder):
    live = recorder.record("live", {MEDIA: b"half"})
    abandoned = recorder.record("abandoned", {MEDIA: b"left"})
    for path in (abandoned / MEDIA, abandoned):
        os.utime(path, (0, time.time() - 16 * 60))
    assert recorder.run("sweep") == 0
    assert recorder.waiting() == [live]
    assert set(objects(client)) == {f"recordings/abandoned/{MEDIA}"}


def test_a_directory_belongs_to_one_process(client, recorder):
    directory = recorder.record("session.1795400561931864655", FILES)
    held = os.open(directory, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    assert recorder.run("sweep") == 0
    assert recorder.waiting() == [directory]
    os.close(held)
    assert recorder.run("sweep") == 0
    assert recorder.waiting() == []


def test_a_start_takes_up_what_a_killed_recorder_left(client, recorder):
    recorder.record("killed", {MEDIA: b"no metadata"})
    (recorder.directory / "empty").mkdir()
    recorder.run("adopt")
    assert all(re.search(r"\.\d{19}$", path.name) for path in recorder.waiting())
    assert recorder.run("sweep") == 0
    assert recorder.waiting() == []
    assert objects(client) == {f"recordings/killed/{MEDIA}": digest(b"no metadata")}
    assert len(recorder.results()) == 1


# --- Trouble that lasts, and results


def test_trouble_that_lasts_is_reported_once_and_ends_well(client, recorder, s3):
    directory = recorder.record("session", FILES)
    for trouble, mode in (
        ("ExpiredToken", ("finalize", str(directory))),
        ("RequestTimeTooSkewed", ("sweep",)),
        ("SlowDown", ("sweep",)),
    ):
        s3.callers["recorder"] = Caller(always=trouble)
        assert recorder.run(*mode, UPLOAD_ATTEMPTS="1") == 1
    assert [line["result"] for line in recorder.results()] == ["failed"]
    s3.callers.clear()
    # The next recording takes it along.
    assert recorder.finalize(recorder.record("next", {MEDIA: b"next"})) == 0
    assert recorder.waiting() == []
    assert [line["result"] for line in recorder.results()] == ["failed", "ok", "ok"]
    assert versions(client) == 3


def test_a_full_disk_holds_nothing_up(client, recorder):
    # Like a full disk, this takes no line.
    (recorder.disk / "uploads.jsonl").mkdir()
    assert recorder.finalize(recorder.record("session", FILES)) == 0
    assert stored(client)
    assert recorder.waiting() == []


def test_a_line_that_a_full_disk_cut_spoils_no_other(recorder):
    (recorder.disk / "uploads.jsonl").write_text('{"source":"upl')
    recorder.finalize(recorder.record("session", FILES))
    assert (recorder.disk / "uploads.jsonl").read_text().splitlines()[0] == '{"source":"upl'
    (recorder.disk / "uploads.jsonl").write_text((recorder.disk / "uploads.jsonl").read_text().partition("\n")[2])
    assert [line["result"] for line in recorder.results()] == ["ok"]


# --- Everything at once: the fast part of the proof


def test_random_faults_and_deaths_lose_nothing(aws, tmp_path):
    figures = run_mix(aws, tmp_path, count=6, seed=4, workers=3, rate=0.2)
    assert figures.good, figures.line()
    assert figures.faults
    assert figures.kills


def test_death_at_a_command_loses_nothing(aws, tmp_path):
    figures = run_steps(aws, tmp_path, every=40)
    assert figures.good, figures.line()
    assert figures.kills >= 3


# --- The container's first program


def test_the_recorder_starts_sweeps_and_prints_each_result_once(client, recorder, s3, tmp_path):
    recorder.record("left", {MEDIA: b"left"})
    run = tmp_path / "run"
    run.mkdir()
    init = tmp_path / "init"
    init.write_text('#!/bin/sh\necho "init is $$"\nexec sleep 60\n')
    init.chmod(0o755)
    environment = recorder.environment()
    arguments = [SCRIPT.read_text(), "jitsi", "us-east-1", BUCKET, "", str(recorder.disk), str(run), "1", str(init)]

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", (ROLE / "files" / "recorder.sh").read_text(), "recorder", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def end(process: subprocess.Popen[str]) -> str:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0]

    process = start()
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    (result,) = [line for line in lines if line.startswith("{")]
    assert '"result":"ok"' in result
    # The same process became the image's first program.
    assert f"init is {process.pid}\n" in lines
    assert (
        subprocess.run([run / "finalize.sh", recorder.record("new", FILES)], env=environment, check=False).returncode
        == 0
    )
    assert "new/" in process.stdout.readline()
    assert end(process) == ""
    assert "+empty_moov" in (run / "jibri" / "config" / "custom-jibri.conf").read_text()

    process = start()
    assert process.stdout is not None
    assert process.stdout.readline().startswith("init is")
    recorder.record("waits.1795400561931864655", {MEDIA: b"waits"})
    assert "waits/" in process.stdout.readline()
    deadline = time.monotonic() + 10
    while recorder.waiting() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert end(process) == ""
    assert recorder.waiting() == []
    assert len(recorder.results()) == 3


def test_a_recording_plays_when_ffmpeg_was_killed(tmp_path):
    """jibri's own command (reference.conf) with test pictures, and the options that the recorder adds."""
    need("ffmpeg")
    options = re.findall(
        r'^jibri\.ffmpeg\.video-params-recording \+= "(.*)"$', (ROLE / "files" / "recorder.sh").read_text(), re.M
    )
    media = tmp_path / MEDIA
    first = "ffmpeg -y -v error -progress pipe:1 -stats_period 0.1"
    source = "-readrate 4 -f lavfi -i testsrc2=size=320x180:rate=30 -readrate 4 -f lavfi -i sine=sample_rate=44100"
    encoding = "-acodec aac -ar 44100 -b:a 128k -af aresample=async=1 -c:v libx264 -pix_fmt yuv420p -r 30 -crf 25"
    last = "-preset ultrafast -profile:v main -level 3.1 -f mp4"
    process = subprocess.Popen(
        [*(word for words in (first, source, encoding, last) for word in words.split()), *options, str(media)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    recorded = 0.0
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        if name == "out_time_us" and value.isdigit():
            recorded = int(value) / 1e6
        if recorded > 8:
            process.kill()
            break
    process.wait()
    process.stdout.close()
    probe = [
        "ffprobe",
        "-v",
        "error",
        "-count_frames",
        "-select_streams",
        "v",
        "-show_entries",
        "stream=nb_read_frames",
    ]
    frames = subprocess.run([*probe, "-of", "csv=p=0", media], capture_output=True, text=True, check=True).stdout
    # A fragment lasts two seconds; what is written to it is not on the disk yet.
    assert int(frames.strip().rstrip(",")) / 30 >= recorded - 2.5
