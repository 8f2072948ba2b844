#!/usr/bin/env bash
# Starts and stops a real Prefect 3 for the cases. See README.md in this folder.
#   oracle.sh start   installs it with Python 3.11, which takes some minutes the first time, and starts it on 127.0.0.1:4299
#   oracle.sh stop
set -euo pipefail

HOME_DIR=${ORACLE_HOME:-${TMPDIR:-/tmp}/flowql-oracle}
PORT=${ORACLE_PORT:-4299}
# The database of Prefect 3. The user of this script must be able to connect. Cases also change rows in it.
DATABASE_URL=${ORACLE_DATABASE_URL:?the URL of an empty PostgreSQL database, postgresql://user@host:port/name}
PID_FILE=$HOME_DIR/server.pid

is_running() { [ -f "$PID_FILE" ] && kill -0 "$(cat "$PID_FILE")" 2>/dev/null; }

install() {
  [ -x "$HOME_DIR/venv/bin/prefect" ] && return
  python3.11 -m venv "$HOME_DIR/venv"
  # Prefect 3.8.8 does not start with much newer versions of fastapi.
  "$HOME_DIR/venv/bin/pip" install -q 'prefect==3.8.8' asyncpg 'fastapi==0.139.0'
}

start() {
  mkdir -p "$HOME_DIR"
  install
  is_running && return
  # The loops run often and the limits are low, so that the cases can reach them.
  env PREFECT_HOME="$HOME_DIR/prefect" PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 \
    PREFECT_API_DATABASE_CONNECTION_URL="${DATABASE_URL/postgresql:/postgresql+asyncpg:}" \
    PREFECT_API_MAX_FLOW_RUN_GRAPH_NODES=60 PREFECT_SERVER_LOGGING_LEVEL=WARNING \
    PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE=prefect.server.concurrency.lease_storage.memory \
    PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS=3 \
    setsid "$HOME_DIR/venv/bin/prefect" server start --host 127.0.0.1 --port "$PORT" \
    >"$HOME_DIR/server.log" 2>&1 </dev/null &
  echo $! >"$PID_FILE"
  for _ in $(seq 120); do
    curl -sf "http://127.0.0.1:$PORT/api/health" >/dev/null && { echo "Prefect 3 on http://127.0.0.1:$PORT/api"; return; }
    is_running || break
    sleep 1
  done
  echo "it did not start: see $HOME_DIR/server.log" >&2
  return 1
}

stop() {
  is_running && kill "$(cat "$PID_FILE")"
  rm -f "$PID_FILE"
}

case "${1:-}" in
  start | stop) "$1" ;;
  *) sed -n '2,4p' "$0" && exit 2 ;;
esac
