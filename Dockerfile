# All that a run needs: Python, a C++ compiler, the packages of requirements.lock, and this software.
#   docker build --tag thalamocortical-fit .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work" thalamocortical-fit run my_network/config.yaml
# docs/installing.md says how Snakemake's jobs on a cluster run in it.
FROM python:3.13-slim-bookworm

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ make \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/thalamocortical-fit
COPY requirements.lock ./
RUN pip install --no-cache-dir --requirement requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps .

# whoever calls it has no home in here, and caches are written there
ENV HOME=/tmp
WORKDIR /work
ENTRYPOINT ["thalamocortical-fit"]
