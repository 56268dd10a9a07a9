# What src/bench/run and src/bench/history begin with: a fresh PostgreSQL, the built service on it, both on the loopback
# interface, and what sends requests to it. Sourced by them in the project's folder; both are stopped when they end.

for tool in wrk curl psql pgbench; do
  command -v "$tool" > /dev/null || { echo "$0 needs $tool (Debian: wrk curl postgresql)" >&2; exit 1; }
done
pgbin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)
[ -x "${pgbin:=$(pg_config --bindir)}/initdb" ] || { echo "no PostgreSQL server found (Debian: postgresql)" >&2; exit 1; }
jar=target/quarkus-app/quarkus-run.jar
[ -f "$jar" ] || { echo "build first: ./mvnw -DskipTests package" >&2; exit 1; }
java=$(MORALBANK_MVNW_PRINT_JAVA=1 ./mvnw)

work=$(mktemp -d)
embedded=$(mktemp -d) # beside it: the folder of an embedded database, whose user may be another one
pgport=${BENCH_PGPORT:-5599} port=${BENCH_PORT:-8099}
url=http://127.0.0.1:$port
paycodes=$(head -c 32 /dev/urandom | base64 -w 0)
operator=mb_$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')
failed=0

# ---- PostgreSQL, durable as it is by default --------------------------------------------------------------------------
# It refuses to run as root; Debian's package made the user postgres for it.
as_server() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
sql() { psql -qAtX -h 127.0.0.1 -p "$pgport" -U postgres -v ON_ERROR_STOP=1 "$@"; }
start_server() { # options beside the usual ones
  as_server "$pgbin/pg_ctl" -D "$work/data" -l "$work/log" -w -t 300 \
    -o "-p $pgport -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=256MB -c min_wal_size=4GB -c max_wal_size=4GB $*" start > /dev/null
}
stop_server() { as_server "$pgbin/pg_ctl" -D "$work/data" -m fast -w -t 600 stop > /dev/null; }

# A fresh server with the roles and the databases of the service and of TPC-B. Before runs of more than a few seconds it is
# made as one that has been in use: it has the 4 GB of log segments among which it goes round. A new server makes one for
# each 16 MB, and everybody waits for that; it was seen to be what the slowest hundredth of all answers waited for, and a
# tenth of the rate.
new_server() { # seconds: of a run
  if [ "$(id -u)" = 0 ]; then chown postgres "$work"; fi
  as_server "$pgbin/initdb" -D "$work/data" -U postgres -A trust --data-checksums -E UTF8 --locale=C > /dev/null
  start_server
  if [ "$1" -gt 5 ]; then
    for _ in $(seq 256); do echo "SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal();"; done | sql > /dev/null
    sql -c CHECKPOINT
  fi
  sql -c "CREATE ROLE moralbank_owner LOGIN" -c "CREATE ROLE moralbank_app LOGIN" -c "CREATE ROLE moralbank_auditor" \
    -c "CREATE DATABASE moralbank OWNER moralbank_owner" -c "CREATE DATABASE tpcb"
  pgbench -q -i -s 20 -h 127.0.0.1 -p "$pgport" -U postgres tpcb > /dev/null 2>&1
}

# ---- the service, as ./mvnw run does it: with the JVM's AOT cache where the build made one (-Daot) ----------------------
# No run is in the hours of the nightly self-audit, whatever the time of day: it was seen to take half of the server's time.
service=
start_service() { # NAME=value of more settings; sets start_ms, from start to ready
  local cache=() begun=${EPOCHREALTIME/./}
  [ ! -e target/quarkus-app/app.aot ] ||
    cache=(-XX:TrimNativeHeapInterval=5000 -XX:AOTCache=target/quarkus-app/app.aot "-Xlog:aot*=off" "-Xlog:cds*=off")
  env DATABASE_URL="postgresql://127.0.0.1:$pgport/moralbank" DATABASE_USER=moralbank_app DATABASE_PASSWORD=none \
    DATABASE_OWNER_USER=moralbank_owner DATABASE_OWNER_PASSWORD=none MORALBANK_ACCESS_OPERATOR_KEY="$operator" \
    MORALBANK_PAY_CODES_KEY="$paycodes" MORALBANK_AUDIT_NIGHTLY_AT="$(TZ=Asia/Shanghai date -d "6 hours" +%H:%M)" "$@" \
    "$java" "${cache[@]}" -Xmx144m -XX:+UseParallelGC -Xmn62m -XX:SurvivorRatio=3 -XX:-UseAdaptiveSizePolicy -Dquarkus.http.port="$port" -Dquarkus.http.host=127.0.0.1 -jar "$jar" > "$work/service.log" 2>&1 &
  service=$!
  until curl -fs "$url/q/health/ready" > /dev/null; do
    kill -0 "$service" 2> /dev/null || { tail -n 20 "$work/service.log" >&2; exit 1; }
    [ $((${EPOCHREALTIME/./} - begun)) -lt 60000000 ] || { echo "the service is not ready after 60 s" >&2; exit 1; }
    sleep 0.02
  done
  start_ms=$(((${EPOCHREALTIME/./} - begun) / 1000))
}
stop_service() {
  if [ -n "$service" ]; then kill "$service" 2> /dev/null || true; wait "$service" 2> /dev/null || true; service=; fi
}
service_rss() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$service/status"; } # MiB

stop() {
  stop_service
  stop_server 2> /dev/null || true
  rm -rf "$work" "$embedded"
}
trap stop EXIT

# ---- load -------------------------------------------------------------------------------------------------------------
tpcb() { # seconds: prints TPC-B's rate
  pgbench -n -M prepared -c 16 -j 2 -T "$1" -h 127.0.0.1 -p "$pgport" -U postgres tpcb 2> /dev/null | awk '/^tps/ { print $3 }'
}
wrk_run() { # scenario seconds: prints "rate p50_ms p99_ms bad"
  BENCH_SCENARIO=$1 BENCH_KEY=$operator BENCH_RUN=$RANDOM$RANDOM wrk -t2 -c"$([ "$1" = bulk-500 ] && echo 8 || echo 64)" -d"$2" --latency -s src/bench/scenarios.lua "$url" > "$work/wrk"
  awk '
    function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000 }
    $1 == "50%" { p50 = ms($2) } $1 == "99%" { p99 = ms($2) } $1 == "Requests/sec:" { rate = $2 }
    $1 == "items" { items = $2 } $1 == "bad" { bad = $2 }
    END { printf "%.1f %.1f %.1f %d\n", rate * (items ? items : 1), p50, p99, bad }' "$work/wrk"
}
see_bad() { # scenario bad: says what wrk was answered that it should not have been, and fails the run
  if [ "$2" != 0 ]; then
    echo "$1: $2 answers were not as they should be:" >&2; grep '^bad' "$work/wrk" >&2; failed=1
  fi
}

# ---- the table --------------------------------------------------------------------------------------------------------
# Of a file with a line a round, "rate p50_ms p99_ms tpcb …" where there is a ratio.
median() { # file column|ratio
  awk -v c="$2" '{ print c == "ratio" ? $1 / $4 : $c }' "$1" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
cores_and_server() { echo "$(nproc) cores, PostgreSQL $("$pgbin/postgres" --version | awk '{ print $3 }')"; }
