#!/usr/bin/env bash
# Kills producers, consumers and the server with -9 at random under load, on Garnet and on Redis, and counts what was lost: nothing may be.
#
#   bench/crash-bus.sh [--seeds N] [--seconds S]    N rounds a server (default 10) of S seconds each (default 20)
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=10 seconds=20
while [ $# -gt 0 ]; do
    case "$1" in
        --seeds) seeds=${2:?--seeds needs a number}; shift ;;
        --seconds) seconds=${2:?--seconds needs a number}; shift ;;
        -h|--help) sed -n '2,4p' "$0"; exit 0 ;;
        *) echo "crash-bus.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    esac
    shift
done
for number in "$seeds" "$seconds"; do
    [[ $number =~ ^[1-9][0-9]*$ ]] || { echo "crash-bus.sh: '$number' is not a number above 0" >&2; exit 2; }
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet tool restore >/dev/null
dotnet build tests/RedisTransport.Tests -v quiet --nologo
code=0
AGENT_CRASH_SEEDS=$seeds AGENT_CRASH_SECONDS=$seconds AGENT_CRASH_LOG=$log \
    tests/RedisTransport.Tests/bin/Debug/net10.0/Agent.RedisTransport.Tests -noColor -class 'Agent.RedisTransport.Tests.When_everything_is_killed' || code=$?
cat "$log"
exit $code
