# The same as on a machine: `docker build -t engram . && docker run --rm -v "$PWD:/data" engram inspect /data/file.h5`
FROM swift:6.3-bookworm AS build
WORKDIR /engram
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make git && rm -rf /var/lib/apt/lists/*
COPY scripts/setup scripts/setup
RUN scripts/setup
COPY . .
RUN make install PREFIX=/usr/local
WORKDIR /data
ENTRYPOINT ["/usr/local/bin/engram"]
