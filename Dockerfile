# The fake in a container, for compose.yaml. Python's own image, no shell tools beyond it.
FROM python:3.12-slim AS build
COPY . /src
RUN python -m venv /opt/nemofake \
    && /opt/nemofake/bin/pip install --no-cache-dir --constraint /src/constraints.txt "/src[media]"

FROM python:3.12-slim
RUN useradd --system --no-create-home --uid 10001 nemofake
COPY --from=build /opt/nemofake /opt/nemofake
ENV PATH=/opt/nemofake/bin:$PATH PYTHONDONTWRITEBYTECODE=1 NEMOFAKE_HOST=0.0.0.0
USER 10001
EXPOSE 8787
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=5 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8787/__fake__/health', timeout=2)"]
CMD ["nemofake", "serve"]
