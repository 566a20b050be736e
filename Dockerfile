FROM python:3.13-slim

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cdp \
    && install -d -o cdp -g cdp -m 0700 /var/lib/cdp

WORKDIR /srv/cdp
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY . .
RUN pip install --no-deps --no-build-isolation --no-index -e . && python -m compileall -q api cdp consent

USER cdp
VOLUME /var/lib/cdp
EXPOSE 8000
CMD ["cdp", "serve", "--host", "0.0.0.0", "--port", "8000"]
