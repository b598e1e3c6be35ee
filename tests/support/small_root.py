# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the entry point of a rendered container as ECS does: as the image's user, as process 1, with the capabilities
that are left, in the mounts of the definition.

The root file system is a folder with this machine's own programs, seen read-only. The image's main program is a
stand-in that needs what the real one needs, and tells that it was reached.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Container = Mapping[str, Any]
S6, ROOT_USER, NOBODY = 1000, 0, 65534
# Of a container of Docker, which ECS uses.
CAPABILITIES = [
    *("audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "mknod", "net_bind_service", "net_raw"),
    *("setfcap", "setgid", "setpcap", "setuid", "sys_chroot"),
]
# They run until they are stopped, and print when something has changed.
SIDECARS = ("stats", "protect")
REACHED = "reached the main program"


@dataclass(frozen=True)
class Image:
    """What matters of an image: its user, its first program, the folders of its own that this user owns, and those that
    the first program writes. One in ``executes`` must also allow to execute."""

    user: int
    program: str
    owned: tuple[str, ...] = ()
    writes: tuple[str, ...] = ("/tmp",)
    executes: tuple[str, ...] = ()


IMAGES = {
    "web": Image(S6, "/init", owned=("/storage",), writes=("/run", "/tmp"), executes=("/run",)),
    "prosody": Image(
        S6, "/init", owned=("/var/lib/prosody",), writes=("/run", "/tmp", "/var/lib/prosody"), executes=("/run",)
    ),
    "jicofo": Image(S6, "/init", writes=("/run", "/tmp"), executes=("/run",)),
    "jvb": Image(S6, "/init", writes=("/run", "/tmp"), executes=("/run",)),
    "jibri": Image(
        S6, "/init", owned=("/storage",), writes=("/run", "/tmp", "/storage", "/dev/shm"), executes=("/run",)
    ),
    "caddy": Image(ROOT_USER, "caddy", writes=("/tmp", "/config", "/data")),
    "coturn": Image(NOBODY, "turnserver"),
}
PROGRAM = """#!/bin/bash
# s6 insists on it.
[ $$ = 1 ] || exit 90
for folder in {writes}; do : >"$folder/probe" || exit 91; done
for folder in {executes}; do cp /usr/bin/true "$folder/program" && "$folder/program" || exit 92; done
echo "{reached} $*"
cd /run
for file in web/config/{{nginx-custom/client.conf,custom-config.js}} jvb/config/custom-jvb.conf finalize.sh; do
  [ ! -e $file ] || {{ echo "== $file"; cat $file; }}
done
env | grep ^JVB_ || true
"""
# What AWS tells a task; nothing listens in this root.
INTERFACE = '{"tasks": [{"attachments": [{"details": [{"name": "networkInterfaceId", "value": "eni-1"}]}]}]}'
CURL = """#!/bin/bash
[[ $* != *--config* ]] || cat >/dev/null
case "$*" in
  */credentials) echo '{"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T"}' ;;
  */task) echo '{"TaskARN": "arn:aws:ecs:us-east-1:123456789012:task/c/1"}' ;;
  *DescribeTasks*) echo '%s' ;;
  *DescribeNetworkInterfaces*) echo '<publicIp>203.0.113.7</publicIp><privateIpAddress>10.90.0.10</privateIpAddress>' ;;
  *) exit 7 ;;
esac
"""


def image_of(container: Container) -> str:
    """The name of a container's image, without registry and version."""
    return str(container["image"]).rpartition("/")[2].partition(":")[0]


def build(folder: Path, container: Container, volumes: Path, task: Container) -> list[str]:
    """Make the root, and give the commands that mount what belongs in it."""
    image = IMAGES[image_of(container)]
    mounts = [f"mount --bind {folder} {folder}"]
    for name in ("proc", "dev", "etc", "run", "tmp", "usr", "var/lib", "config", "address", "opt", "stub"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "tmp").chmod(0o1777)
    for name in ("bin", "sbin", "lib", "lib64"):
        (folder / name).symlink_to(f"usr/{name}")
    for name in image.owned:
        (folder / name[1:]).mkdir(parents=True)
        os.chown(folder / name[1:], image.user, image.user)
    (folder / "etc" / "passwd").write_text("root:x:0:0::/:/bin/sh\ns6:x:1000:1000::/:/bin/sh\n")
    (folder / "etc" / "hosts").write_text(f"10.90.0.10 {socket.gethostname()}\n")
    main = PROGRAM.format(writes=" ".join(image.writes), executes=" ".join(image.executes), reached=REACHED)
    programs = {
        "curl": CURL % INTERFACE,
        "detect-external-ip": "#!/bin/sh\necho 203.0.113.7\n",
        image.program.lstrip("/"): main,
    }
    for name, text in programs.items():
        place = folder / name if f"/{name}" == image.program else folder / "stub" / name
        place.write_text(text)
        place.chmod(0o755)
    mounts += [f"mount --rbind {part} {folder}{part} && mount -o remount,bind,ro {folder}{part}" for part in ("/usr",)]
    for device in ("null", "zero", "urandom"):
        (folder / "dev" / device).touch()
        mounts.append(f"mount --bind /dev/{device} {folder}/dev/{device}")
    (folder / "dev" / "shm").mkdir()
    mounts.append(f"mount -t tmpfs -o mode=1777 shm {folder}/dev/shm")
    mounts.append(f"mount -t proc proc {folder}/proc")
    sources = {volume["name"]: volume for volume in task.get("volumes", [])}
    for mount in container.get("mountPoints", []):
        source = volumes / mount["sourceVolume"]
        if not source.exists():
            source.mkdir()
            # A folder of the instance belongs to whom its user data gave it; a volume of ECS to root.
            if sources[mount["sourceVolume"]].get("host"):
                os.chown(source, S6, S6)
        (folder / mount["containerPath"][1:]).mkdir(parents=True, exist_ok=True)
        mounts.append(f"mount --bind {source} {folder}{mount['containerPath']}")
        if mount.get("readOnly"):
            mounts.append(f"mount -o remount,bind,ro {folder}{mount['containerPath']}")
    for tmpfs in container["linuxParameters"].get("tmpfs", []):
        options = ",".join(["nodev", f"size={tmpfs['size']}m", *tmpfs["mountOptions"]])
        (folder / tmpfs["containerPath"][1:]).mkdir(parents=True, exist_ok=True)
        mounts.append(f"mount -t tmpfs -o {options} tmpfs {folder}{tmpfs['containerPath']}")
    if container["readonlyRootFilesystem"]:
        mounts.append(f"mount -o remount,bind,ro {folder}")
    return mounts


def run(folder: Path, container: Container, volumes: Path, task: Container, seconds: float = 60) -> tuple[int, str]:
    """Start a container, and wait for its end, or a sidecar's first line; returns how it ended and what it printed."""
    image = IMAGES[image_of(container)]
    user = int(container.get("user", image.user))
    dropped = {name.lower() for name in container["linuxParameters"]["capabilities"]["drop"]}
    kept = [] if "all" in dropped else [name for name in CAPABILITIES if name not in dropped]
    bound = ",".join(["-all", *(f"+{name}" for name in kept)])
    setpriv = f"setpriv --reuid={user} --regid={user} --clear-groups --inh-caps=-all --bounding-set={bound}"
    secrets = [f"{item['name']}=0123456789abcdef" for item in container.get("secrets", [])]
    variables = [f"{item['name']}={item['value']}" for item in container.get("environment", [])]
    variables += ["PATH=/stub:/usr/bin:/usr/sbin", "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4"]
    variables += ["AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.2/credentials"]
    command = [*container.get("entryPoint", [image.program]), *container.get("command", [])]
    chroot = f"exec chroot {folder} {setpriv} env -i {shlex.join([*variables, *secrets, *command])}"
    script = "set -e\n" + "\n".join([*build(folder, container, volumes, task), chroot])
    isolate = ["unshare", "--mount", "--pid", "--fork", "--uts", "--net"]
    if os.geteuid():
        isolate[1:1] = ["--map-root-user", "--map-auto"]
    process = subprocess.Popen(
        [*isolate, "bash", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        if container["name"] in SIDECARS:
            return 0, process.stdout.readline()
        out, _err = process.communicate(timeout=seconds)
        return process.returncode, out
    finally:
        # Process 1 of the namespace is in this group, and takes along whatever it started. Its parent's end alone would
        # not reach it: it has become another user.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def first_json(text: str) -> dict[str, Any]:
    """What a sidecar printed."""
    line: dict[str, Any] = json.loads(text)
    return line
