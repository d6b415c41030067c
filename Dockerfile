# syntax=docker/dockerfile:1
# Untested: no container engine was at hand when this was written; tests/devstack/test_compose.py checks its shape.

FROM node:22-bookworm-slim AS frontend
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc frontend/
RUN npm --prefix frontend ci --ignore-scripts
# Pages and views name the icons that go into the sprite.
COPY . .
RUN npm --prefix frontend run build

FROM python:3.12-slim-bookworm AS packages
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin app \
    && install -d -o app -g app /srv/app /srv/media
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=service_center.settings.prod MEDIA_ROOT=/srv/media
WORKDIR /srv/app
COPY --from=packages /venv /venv
COPY --chown=app:app . .
COPY --chown=app:app --from=frontend /build/frontend/dist frontend/dist
COPY --chmod=0755 <<'SCRIPT' /usr/local/bin/with-secrets
#!/bin/sh
# The database's password comes from a file and goes only into the environment of the process.
set -eu
if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    DATABASE_URL="postgres://app:$(python -c 'import sys, urllib.parse as u; print(u.quote(open(sys.argv[1]).read().strip(), safe=""))' "$POSTGRES_PASSWORD_FILE")@${POSTGRES_HOST:-postgres}/app"
    export DATABASE_URL
fi
exec "$@"
SCRIPT
USER app
# Throw-away values: these two commands need settings, not secrets.
RUN SECRET_KEY=build FIELD_KEYS=build=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    BLIND_INDEX_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    sh -c 'python manage.py compilemessages_babel && python manage.py collectstatic --no-input --ignore "*.map" --ignore "*.br" --ignore "*.gz"'
VOLUME /srv/media
EXPOSE 8000
ENTRYPOINT ["with-secrets"]
CMD ["gunicorn", "service_center.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
