#!/usr/bin/env bash
# Measures the suite as a user meets it: warm start to all healthy, the main job, and what it costs to let it idle.
#
#   bench/suite.sh [--starts N] [--idle SECONDS]      prints a Markdown table; docs/performance.md holds the figures of record
#
# Everything is built first and started once unmeasured, so that "warm" means: built, and the files in the page cache.
set -euo pipefail
cd "$(dirname "$0")/.."

starts=3 idle=30
while [ $# -gt 0 ]; do
    case "$1" in
        --starts) starts=$2; shift 2 ;;
        --idle) idle=$2; shift 2 ;;
        *) sed -n '2,6p' "$0"; exit 2 ;;
    esac
done

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
state=$(mktemp -d)
export AGENT_STATE_DIR=$state
suite="" output=$state/suite.out
trap '[ -z "$suite" ] || kill -TERM "$suite" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$state"' EXIT

now() { date +%s%N; }
seconds() { awk -v ns="$1" 'BEGIN { printf "%.1f", ns / 1e9 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

start() {
    : >"$output"
    dotnet run --project AppHost -- --port 0 >"$output" 2>&1 &
    suite=$!
    until grep -q '^  State' "$output"; do
        kill -0 "$suite" 2>/dev/null || { cat "$output" >&2; exit 1; }
        sleep 0.02
    done
}

# A shell starts its background jobs deaf to Ctrl+C, so the host is asked by the other signal.
stop() {
    kill -TERM "$(host)"
    wait "$suite" || true
    suite=""
}

processes() {
    for environment in /proc/[0-9]*/environ; do
        local id=${environment#/proc/}
        id=${id%/environ}
        if [ "$id" != $$ ] && grep -qazx "AGENT_STATE_DIR=$state" "$environment" 2>/dev/null; then
            case "$(tr '\0' ' ' <"/proc/$id/cmdline" 2>/dev/null)" in
                *Agent.*|*GarnetServer*) echo "$id" ;;
            esac
        fi
    done
}

host() { processes | while read -r id; do grep -qa 'Agent.AppHost' "/proc/$id/cmdline" && ! grep -qa '^dotnet' "/proc/$id/cmdline" && echo "$id"; done | head -1; }
ticks() { for id in $(processes); do awk '{ print $14 + $15 }' "/proc/$id/stat"; done | awk '{ sum += $1 } END { print sum }'; }
memory() { for id in $(processes); do awk -v field="$1" '$1 == field { print $2 }' "/proc/$id/smaps_rollup"; done | awk '{ sum += $1 } END { printf "%d", sum / 1024 }'; }

dotnet build AppHost -v quiet >/dev/null
start
stop

times=()
for _ in $(seq "$starts"); do
    from=$(now)
    start
    times+=($(($(now) - from)))
    stop
done
warm=$(printf '%s\n' "${times[@]}" | median)

times=()
for _ in $(seq "$starts"); do
    from=$(now)
    dotnet run --project AppHost -- run "Describe this repository" --workspace . --port 0 >"$state/report.md" 2>/dev/null
    times+=($(($(now) - from)))
done
job=$(printf '%s\n' "${times[@]}" | median)

start
# Until the runtime has stopped improving the code it ran first.
sleep 30
before=$(ticks) rss=$(memory Rss:) pss=$(memory Pss:)
sleep "$idle"
used=$(($(ticks) - before))
cpu=$(awk -v ticks="$used" -v hz="$(getconf CLK_TCK)" -v s="$idle" 'BEGIN { printf "%.1f", 100 * ticks / hz / s }')
stop

cat <<TABLE
| what | measured | wanted |
|---|---:|---:|
| warm start: \`dotnet run --project AppHost\` to all healthy (median of $starts) | $(seconds "$warm") s | ≤ 8 s |
| warm main job: \`… -- run "Describe this repository"\`, start and stop included (median of $starts) | $(seconds "$job") s | ≤ 15 s |
| idle: resident memory of host, server and six services (sum of RSS) | $rss MiB | ≤ 900 MiB |
| idle: the same, shared pages counted once (sum of PSS) | $pss MiB | |
| idle: processor, of one core, over $idle s | $cpu % | ≤ 3 % |

$(nproc) cores ($(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)), load $(cut -d' ' -f1 /proc/loadavg), .NET SDK $(dotnet --version), $(git rev-parse --short HEAD)
TABLE
