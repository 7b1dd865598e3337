# syntax=docker/dockerfile:1
# Two stages: build the program, and an image with only that. Every library is inside dist/: nothing is installed.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings its own Node 24; the `node` package that a checkout uses is not fetched.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY tools/build.ts tools/inside.ts tools/pack.ts ./tools/
COPY src ./src
# With the package.json of the package, which names no library that is not there.
RUN npm run build && node tools/pack.ts before

FROM node:24-slim
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="listing-bridge" \
  org.opencontainers.image.description="Routes exchange listing announcements from cryptolisting.ws to Discord, Telegram and webhooks: durable, rate-limited, never stale." \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.documentation="/app/README.md"
# Nothing is installed in a running container, so the tools for it only add what has to be patched.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
  /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn*
ENV NODE_ENV=production
# With a thousand destinations a third less memory, and no announcement later (docs/performance.md); by default V8 takes 64.
ENV NODE_OPTIONS=--max-semi-space-size=16
# For every command, so that `docker exec listing-bridge listing-bridge deliveries` needs no -c.
ENV LISTING_BRIDGE_CONFIG=/config/config.yaml
# A relative `store.path`, the default included, is under the volume, not under the read-only /config.
ENV LISTING_BRIDGE_STORE_ROOT=/
# Renewed every 10 s by the running bridge; in memory, so that it can be written with --read-only too.
ENV LISTING_BRIDGE_ALIVE_FILE=/dev/shm/listing-bridge.alive
WORKDIR /app
COPY --from=build /app/dist ./dist
COPY --from=build /app/package.json ./
COPY config.example.yaml LICENSE README.md ./
COPY docs ./docs
RUN mkdir -p /data /config && chown 1000:1000 /data && chmod 700 /data \
  && chmod +x dist/main.js && ln -s /app/dist/main.js /usr/local/bin/listing-bridge
# By number, so that Kubernetes can tell that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 8787
# Two small processes instead of a Node; works with every `server` option, `server: false` included.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["sh", "-c", "test -n \"$(find $LISTING_BRIDGE_ALIVE_FILE -mmin -1)\""]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["run"]
