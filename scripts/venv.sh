# Sourced by ./run and ./test: makes .venv in the checkout when it is missing, broken or out of date.
# usage: prepare_venv EXTRAS   (for example "postgres" or "postgres,test")

# Every extra has a stamp in .venv that says where the checkout was and what pyproject.toml said when it was installed.
# It is written last, so that an installation that was interrupted is done again.

prepare_venv() {
    extras=$1
    venv="$root/.venv"
    is_prepared && return
    mkdir -p "$venv"
    exec 9>"$venv/.lock"
    if command -v flock >/dev/null; then flock 9; fi # ./run in two terminals: the second waits for the first
    if ! is_prepared; then
        make_venv
        echo "Installing Naxios and what it needs ..." >&2
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root[$extras]" || exit 1
        for extra in $(each_extra); do what_is_wanted >"$venv/.naxios-$extra"; done
    fi
    exec 9>&- # or the server would hold the lock
}

is_prepared() {
    "$venv/bin/python" -P -c 'import naxios' 2>/dev/null || return # fails if Python was upgraded or is gone, too
    for extra in $(each_extra); do
        [ "$(what_is_wanted)" = "$(cat "$venv/.naxios-$extra" 2>/dev/null)" ] || return
    done
}

make_venv() {
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return # a half-made one has no pip
    python=$(find_python) || exit 1
    echo "Setting up .venv (only the first time) ..." >&2
    "$python" -m venv --clear "$venv" || {
        echo "No virtual environment could be made. On Debian and Ubuntu: apt install python3-venv" >&2
        exit 1
    }
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
            echo "$candidate" && return
    done
    echo "Naxios needs Python 3.11 or newer. Install it, or name one: PYTHON=/path/to/python3 $0" >&2
    return 1
}

each_extra() {
    echo "$extras" | tr , ' '
}

what_is_wanted() {
    echo "$root"
    cat "$root/pyproject.toml"
}
