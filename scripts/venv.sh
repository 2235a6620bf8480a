# Sourced by ./run and ./test: makes .venv beside the checkout when it is missing or its dependencies changed.
# usage: prepare_venv EXTRAS   (for example "postgres" or "postgres,test")

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
            echo "$candidate" && return
    done
    echo "Naxios needs Python 3.11 or newer. Install it, or name one: PYTHON=/path/to/python3 $0" >&2
    return 1
}

prepare_venv() {
    extras=$1
    venv="$root/.venv"
    stamp="$venv/.naxios-$extras"
    if [ ! -x "$venv/bin/python" ]; then
        python=$(find_python) || exit 1
        echo "Setting up .venv (only the first time) ..." >&2
        "$python" -m venv "$venv" || {
            echo "No virtual environment could be made. On Debian and Ubuntu: apt install python3-venv" >&2
            exit 1
        }
    fi
    if ! cmp -s "$root/pyproject.toml" "$stamp"; then
        echo "Installing Naxios and what it needs ..." >&2
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root[$extras]" || exit 1
        cp "$root/pyproject.toml" "$stamp"
    fi
}
