#!/bin/sh
# Makes .venv with the newest usable Python and installs the given requirements files into it.
#
#   tools/bootstrap.sh requirements.txt [...]          PYTHON=python3.12 picks the interpreter of a new .venv.
set -eu
cd "$(dirname "$0")/.."

# A name on PATH proves nothing: version managers leave shims that fail, and some systems ship Python
# without venv or pip. So each candidate is run.
usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1
}

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
        return
    fi
    for version in 3.14 3.13 3.12 3.11; do
        echo "python$version"
        ls "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python"$version" 2>/dev/null || true
    done
    echo python3
}

newest() {
    candidates | while IFS= read -r candidate; do
        if usable "$candidate"; then
            echo "$candidate"
            break
        fi
    done
}

if ! usable .venv/bin/python; then
    python=$(newest)
    if [ -z "$python" ]; then
        echo "No usable Python found among: $(candidates | tr '\n' ' ')" >&2
        echo "Needed: Python 3.11 or newer with venv and pip (Debian, Ubuntu: apt install python3-venv)." >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version) ($python)"
    rm -rf .venv
    "$python" -m venv .venv
fi

for file in "$@"; do
    echo "Installing $file into .venv (the first time takes about half a minute)"
    # Compiling the thousands of files of "ansible" ahead costs a minute and gains nothing: few are ever imported.
    .venv/bin/python -m pip install --disable-pip-version-check --no-compile --requirement "$file"
done
