#!/usr/bin/env bash
# Installs what the tests need from Debian's packages when it is missing, and
# runs all of them: formatting, vet, staticcheck, race detector, browser and
# crash tests. At its end it lists each test that left itself out, and why;
# with PASSALONG_FULL=1 (CI) a test left out is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
command -v chromium >/dev/null || need+=(chromium)
command -v ffmpeg >/dev/null || need+=(ffmpeg)
command -v pdftoppm >/dev/null || need+=(poppler-utils)
command -v gcc >/dev/null || need+=(gcc libc6-dev)
if [ "${#need[@]}" -gt 0 ] && command -v apt-get >/dev/null; then
  echo "== installing ${need[*]}"
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
fi

echo "== gofmt"
unformatted=$(git ls-files '*.go' | xargs gofmt -l)
[ -z "$unformatted" ] || { echo "not formatted: $unformatted"; exit 1; }
echo "== go vet"
go vet ./...
echo "== staticcheck"
go run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./...

echo "== go test -race"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
go test -race -p 2 -timeout 20m -v ./... >"$log" 2>&1 || failed=1
grep -E '^(ok|FAIL|---? FAIL|panic:|\?|figure:)' "$log" | grep -v 'no test files' || true
if [ "$failed" -ne 0 ]; then
  echo "== what failed"
  grep -nE -A25 '^( *)--- FAIL|^panic:|WARNING: DATA RACE|^FAIL' "$log" | head -300
fi

echo "== benchmarks, once each, as ratios"
bench=0
go test -run '^$' -bench 'Claim|Landing|Media|Report|Update256|Rebuild' -benchtime 1x -timeout 5m \
  ./release/ ./release/boltdb/ ./player/ >"$log.bench" 2>&1 || bench=1
grep -E '^(Benchmark|ratio|FAIL|panic)' "$log.bench" || true
rm -f "$log.bench"

passed=$(grep -cE '^ *--- PASS' "$log" || true)
lost=$(grep -cE '^ *--- FAIL' "$log" || true)
left=$(grep -cE '^ *--- SKIP' "$log" || true)
echo "== tests that left themselves out: $left"
grep -E -B3 '^ *--- SKIP' "$log" | grep -vE -- '--- PASS|^=== |^--$' || true
echo "$passed passed, $lost failed, $left skipped"
[ "$failed" -eq 0 ] && [ "$bench" -eq 0 ] || exit 1
if [ -n "${PASSALONG_FULL:-}" ] && [ "$left" -ne 0 ]; then
  echo "a test was left out"
  exit 1
fi
