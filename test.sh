#!/usr/bin/env bash
# Builds, checks the format, runs every test. The last line is the sum: "N passed, N failed[, N skipped]". Exit code 0 only when all of it is good.
#
#   ./test.sh                          everything
#   ./test.sh Journal Resp             only the test projects whose names begin so
#   ./test.sh --no-build [...]         what is built already
#   ./test.sh --crash-bus [--seeds N]  the bus under random kill -9 (N rounds on each server)
#   ./test.sh --crash-matrix [--seeds N]  every service dies at every place, the store too (N rounds of about 5 minutes)
#   ./test.sh --model-matrix           one goal on every kind of model server, failing, limiting and down
#   ./test.sh --scale                  every service restarted in turn under 200 open runs; a fork of every checkpoint of a run
#   ./test.sh --replay-runs            500 runs through the whole suite, each played again from its journal
set -uo pipefail
cd "$(dirname "$0")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDTERMINALLOGGER=off
# The tests are about the host in this repository, whatever the machine's feeds have.
export AppHostMode=local

build=yes
wanted=() only=() round=60
while [ $# -gt 0 ]; do
    case "$1" in
        --no-build) build=no ;;
        --crash-bus) wanted=(RedisTransport) only=(-class "*When_everything_is_killed") ;;
        --crash-matrix) wanted=(EndToEnd) only=(-class "*When_anything_dies_anywhere") round=420; export AGENT_CRASH_SEEDS=${AGENT_CRASH_SEEDS:-1} ;;
        --model-matrix) export AGENT_MODEL_MATRIX=1; wanted=(EndToEnd) only=(-class "*When_a_goal_meets_a_model_server") round=900 ;;
        --replay-runs) export AGENT_REPLAY_RUNS=${AGENT_REPLAY_RUNS:-500}; wanted=(EndToEnd) only=(-class "*When_recorded_runs_are_replayed" -showLiveOutput) round=1700 ;;
        --scale) export AGENT_SCALE_RUNS=${AGENT_SCALE_RUNS:-200}; wanted=(EndToEnd) only=(-class "*When_everything_is_restarted_in_turn" -class "*When_every_checkpoint_is_forked" -showLiveOutput) round=1700 ;;
        --seeds) export AGENT_CRASH_SEEDS=${2:?--seeds wants a number}; shift ;;
        -h|--help) sed -n '2,11p' "$0"; exit 0 ;;
        -*) echo "test.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
        *) wanted+=("$1") ;;
    esac
    shift
done

passed=0 failed=0 skipped=0

sum() {
    local line="$passed passed, $failed failed"
    [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
    echo "$line"
    [ "$failed" -eq 0 ]
}

# step NAME SECONDS COMMAND...: runs it within its time; a step that fails counts as one failure and ends the script.
step() {
    local name=$1 limit=$2 from=$SECONDS
    shift 2
    if timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1; then
        echo "ok    $name ($((SECONDS - from)) s)"
        return
    fi
    local code=$?
    cat "$log"
    [ $code -ne 124 ] || echo "it took longer than $limit s"
    echo "FAIL  $name"
    failed=$((failed + 1))
    sum
    exit 1
}

log=$(mktemp)
# One compiler for all projects, whatever the environment says: it reads the analyzers once, not forty times. By its name it is ours, and ended with us.
compiler=agent-suite-test-$$
trap 'rm -f "$log"; pkill -f -- "-pipename:$compiler" || true' EXIT

if [ "$build" = yes ]; then
    step "tools" 120 dotnet tool restore
    step "restore" 300 dotnet restore Agent.sln
    step "build" 900 dotnet build Agent.sln --no-restore -warnaserror -v quiet -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler"
    step "format" 120 dotnet format whitespace . --folder --verify-no-changes
fi

# count LABEL LINE: the number after a label in xunit's summary line.
count() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$2"; }

for project in tests/*.Tests; do
    name=$(basename "$project")
    if [ ${#wanted[@]} -gt 0 ]; then
        take=no
        for prefix in "${wanted[@]}"; do [[ $name == "$prefix"* ]] && take=yes; done
        [ $take = yes ] || continue
    fi

    program=$project/bin/Debug/net10.0/Agent.$name
    [ -x "$program" ] || { echo "FAIL  $name: $program is not built"; failed=$((failed + 1)); continue; }
    limit=300
    [ ${#only[@]} -eq 0 ] || limit=$((120 + round * ${AGENT_CRASH_SEEDS:-1}))
    [ "$name" = EndToEnd.Tests ] && [ ${#only[@]} -eq 0 ] && limit=900
    from=$SECONDS
    timeout --kill-after=10 "$limit" "$program" -noColor ${only[@]+"${only[@]}"} >"$log" 2>&1
    code=$?
    summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -1)
    if [ -z "$summary" ]; then
        # No tests is fine; no summary for another reason is not.
        if [ $code -eq 0 ]; then echo "ok    $name (no tests)"; continue; fi
        tail -40 "$log"
        echo "FAIL  $name: ended with $code$([ $code -eq 124 ] && echo ", after $limit s")"
        failed=$((failed + 1))
        continue
    fi

    total=$(count Total "$summary") bad=$(($(count Failed "$summary") + $(count Errors "$summary"))) out=$(count Skipped "$summary")
    good=$((total - $(count Failed "$summary") - out))
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + out))
    grep -E '\[SKIP\]' -A1 "$log" || true
    if [ "$bad" -eq 0 ] && [ $code -eq 0 ]; then
        echo "ok    $name: $good passed$([ "$out" -eq 0 ] || echo ", $out skipped") ($((SECONDS - from)) s)"
    else
        grep -vE '^\s*(Discover|Starting|Finished)' "$log" | tail -120
        echo "FAIL  $name: $good passed, $bad failed ($((SECONDS - from)) s)"
        [ "$bad" -gt 0 ] || failed=$((failed + 1))
    fi
done

sum
