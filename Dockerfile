# One image for every role; the command chooses: web (default), worker, beat, migrate.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    THROUGHLINE_BOOTSTRAP=off \
    THROUGHLINE_DATA=/data \
    STATIC_ROOT=/app/staticfiles \
    PROMETHEUS_MULTIPROC_DIR=/run/throughline-metrics \
    DJANGO_SETTINGS_MODULE=itsm.settings

RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin throughline \
    && install --directory --owner=throughline --mode=0700 /data /run/throughline-metrics

WORKDIR /app

COPY requirements-extras.txt ./
RUN pip install --require-hashes --only-binary=:all: --requirement requirements-extras.txt

COPY . .
# Settings want their variables, collectstatic uses none of them.
RUN SECRET_KEY=build DATABASE_URL=postgres:///build REDIS_URL=redis://build python manage.py collectstatic --noinput

USER throughline
VOLUME /data
EXPOSE 8000

CMD ["gunicorn", "itsm.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "4", \
     "--timeout", "60", "--graceful-timeout", "20", "--keep-alive", "75", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
