# Compoundry in one image: the API, the worker and the command line; which of them is the command.
FROM python:3.12-slim AS build
WORKDIR /source
RUN python -m venv /opt/compoundry
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/compoundry/bin/pip install --no-cache-dir --disable-pip-version-check ".[mcp,otel]"

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 compoundry
COPY --from=build /opt/compoundry /opt/compoundry
ENV PATH=/opt/compoundry/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COMPOUNDRY_HOST=0.0.0.0 \
    COMPOUNDRY_LOG_FORMAT=json
USER 10001
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8787/healthz', timeout=2)"]
ENTRYPOINT ["compoundry"]
CMD ["serve"]
