# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it, from the project's folder.

# phase NAME COMMAND...: runs a command quietly, and says on stderr how long it took. What it printed
# is in build/log/NAME.log, and its end is shown when it failed.
phase() {
  local name=$1 start=$SECONDS status=0 log=build/log/${1// /-}.log
  shift
  mkdir -p build/log
  printf '%-28s' "$name" >&2
  "$@" >"$log" 2>&1 || status=$?
  if ((status == 0)); then
    printf '%4d s\n' $((SECONDS - start)) >&2
    return
  fi
  printf 'failed after %d s; the end of %s:\n' $((SECONDS - start)) "$PWD/$log" >&2
  tail -n 40 "$log" >&2
  exit "$status"
}
