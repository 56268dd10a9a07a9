# syntax=docker/dockerfile:1

# The image of the service: a JRE, the application and a JDK AOT cache. No PostgreSQL and no secret is in it.
#
#   docker build -t moral-bank:dev .
#   docker run -p 8080:8080 -e DATABASE_URL=… -e DATABASE_USER=… -e DATABASE_PASSWORD=… \
#              -e DATABASE_OWNER_USER=… -e DATABASE_OWNER_PASSWORD=… \
#              -e MORALBANK_PAY_CODES_KEY=… -e MORALBANK_ACCESS_OPERATOR_KEY=… moral-bank:dev
#
# Tags are pinned to the JDK's feature release and to the release of the system below it, not to a patch: a rebuild
# brings the security fixes of both, and the AOT cache, which fits one JVM build only, is made anew in the same build.


# ── Build ────────────────────────────────────────────────────────────────────────────────────────────────────────────
# Bytecode is the same everywhere, so an image for another processor is compiled on the builder's own.
FROM --platform=$BUILDPLATFORM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml ./
COPY .mvn .mvn
COPY src/main src/main

# Tests, formatting and the document under openapi/ are CI's business; here the jar is made and nothing is judged.
# embedded=false leaves the PostgreSQL binaries out: in a container DATABASE_URL says where the database is.
#
# The aot settings are wanted for what they do to the jar: classes where the JVM's own loader finds them, and an end
# before the first connection when quarkus.appcds.generate is set. The cache they also make is the builder's JDK's and
# of no use to another JVM, so it stays here. The type is named because «auto» means the older AppCDS at release 21.
# That short run wants to be told of a database, or it would look for an embedded one; it never calls it.
RUN --mount=type=cache,target=/root/.m2,sharing=locked \
    DATABASE_URL=postgresql://127.0.0.1:5432/none \
    DATABASE_USER=none DATABASE_PASSWORD=none DATABASE_OWNER_USER=nobody DATABASE_OWNER_PASSWORD=none \
    mvn --batch-mode --no-transfer-progress package \
        -Dembedded=false \
        -Dmaven.test.skip=true \
        -Dspotless.check.skip=true \
        -Dquarkus.package.jar.aot.enabled=true \
        -Dquarkus.package.jar.aot.type=aot \
        -Dquarkus.package.jar.aot.phase=build


# ── Run ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
FROM eclipse-temurin:25-jre-alpine-3.23
WORKDIR /app

# What changes seldom comes first, so that a new version of the service costs a pull of its own classes and cache only.
# Everything belongs to root: the service can read its code and change none of it.
COPY --from=build /src/target/quarkus-app/lib lib
COPY --from=build /src/target/quarkus-app/quarkus-run.jar ./
COPY --from=build /src/target/quarkus-app/quarkus quarkus
COPY --from=build /src/target/quarkus-app/app app

# The training run of the AOT cache. It goes as far as a start goes without a database, and has no network to find one:
# loading and linking the classes is most of what a start costs. Profiles of requests would need a database and are
# left out. The JVM must be the one that runs later, down to its lib/modules, hence here and not in the build stage.
# The heap is fixed because a builder with much memory would choose one without compressed pointers, and the cache
# would then be refused in every container. A JVM that could not write its cache still exits 0, hence the last line.
RUN --network=none \
    DATABASE_URL=postgresql://127.0.0.1:5432/none \
    DATABASE_USER=none DATABASE_PASSWORD=none DATABASE_OWNER_USER=nobody DATABASE_OWNER_PASSWORD=none \
    java -Xlog:aot=error -Xmx512m -XX:+UseParallelGC -XX:AOTCacheOutput=app.aot \
         -Dquarkus.appcds.generate=true -jar quarkus-run.jar \
    && test -s app.aot

# A number and not a name, so that Kubernetes can see by itself that it is not root.
USER 10001:10001
EXPOSE 8080

# Alive, not ready: a database that is away must not get the service killed. Kubernetes ignores this and has its probes.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["wget", "-q", "-T", "2", "-O", "/dev/null", "http://127.0.0.1:8080/q/health/live"]

# No shell in between, so that SIGTERM reaches the JVM and the lanes drain. Further options go into JDK_JAVA_OPTIONS.
#   UseParallelGC         a tenth more works a second than with G1, by src/bench/run: nearly all that is made dies young
#   SurvivorRatio, -UseAdaptiveSizePolicy  left to itself the JVM makes the spaces small through which what is under way would
#                         pass; it then goes to the old ones, which were cleared 20 times as often under requests in bulk
#   MaxRAMPercentage      the rest is for classes, compiled code, threads and the network's buffers
#   TrimNativeHeapInterval what the compiler and the network gave back goes back to the machine, every five seconds
#   ExitOnOutOfMemoryError a replica that lost a thread to it would answer some requests and not others
#   AOTCache              ignored, with a warning, where it does not fit: the start is then slower and nothing else
ENTRYPOINT ["java", \
    "-XX:+UseParallelGC", \
    "-XX:SurvivorRatio=3", \
    "-XX:-UseAdaptiveSizePolicy", \
    "-XX:MaxRAMPercentage=60", \
    "-XX:TrimNativeHeapInterval=5000", \
    "-XX:+ExitOnOutOfMemoryError", \
    "-XX:AOTCache=app.aot", \
    "-jar", "quarkus-run.jar"]
