# docker build -t unifi-scanner .     (amd64 and arm64: every dependency has wheels for both)
FROM python:3.13-slim AS build
WORKDIR /source
COPY requirements-run.lock pyproject.toml README.md LICENSE ./
COPY src ./src
RUN python -m venv /opt/unifi-scanner \
 && /opt/unifi-scanner/bin/pip install --no-cache-dir --require-hashes --requirement requirements-run.lock \
 && python -m venv /tmp/build && /tmp/build/bin/pip install --no-cache-dir hatchling \
 && /tmp/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
 && /opt/unifi-scanner/bin/pip install --no-cache-dir --no-deps /tmp/wheel/*.whl \
 && /opt/unifi-scanner/bin/pip uninstall --yes pip

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin scanner
COPY --from=build /opt/unifi-scanner /opt/unifi-scanner
ENV PATH=/opt/unifi-scanner/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    UNIFI_DATA_DIR=/data
USER 10001
VOLUME /data
# degraded is not dead: a controller that is off does not make this container unhealthy
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 CMD ["unifi-scanner", "health", "--alive"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["unifi-scanner"]
CMD ["run", "--wait"]
