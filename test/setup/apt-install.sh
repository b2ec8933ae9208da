#!/bin/sh
# Installs Debian packages as root: apt-install.sh PACKAGE…
# No service is started by it, and nothing but the packages is left behind.
set -eu
export DEBIAN_FRONTEND=noninteractive
export RUNLEVEL=1 # invoke-rc.d starts nothing in single-user mode

exec 9<"$0"
flock -w 900 9 # one at a time, so that nobody removes a policy that another still needs

# https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt: 101 forbids every action.
policy=${POLICY_FILE:-/usr/sbin/policy-rc.d}
if (set -C; printf '#!/bin/sh\nexit 101\n' >"$policy") 2>/dev/null; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 143' HUP INT TERM
  chmod 755 "$policy"
fi

# DPkg::Lock::Timeout waits for dpkg; the locks of package lists and archives have no such option, so those are tried again.
run_apt() {
  tries=0
  while ! output=$(apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@" 2>&1 </dev/null 9<&-); do
    case $output in
      *'Could not get lock'*) [ "$tries" -lt 60 ] || return 1 ;;
      *) return 1 ;;
    esac
    tries=$((tries + 1))
    sleep 5
  done
}

# Package lists may be missing or outdated: fetch them only if it does not work without.
run_apt install -y --no-install-recommends "$@" && exit 0
run_apt update && run_apt install -y --no-install-recommends "$@" && exit 0
printf '%s\n' "$output" | tail -n 30 >&2
exit 1
