# syntax=docker/dockerfile:1
# Three stages: build the JavaScript, fetch what runs with it, and an image with only those two.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings its own Node 24; the `node` package that a checkout uses is not fetched.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
# Where HEALTHCHECK asks: set it when server.port of the config is another one.
ENV HEALTH_PORT=8787
# For every command, so that `docker exec listing-bridge listing-bridge deliveries` needs no -c.
ENV LISTING_BRIDGE_CONFIG=/config/config.yaml
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json config.example.yaml LICENSE ./
RUN mkdir -p /data /config && chown node:node /data \
  && chmod +x dist/main.js && ln -s /app/dist/main.js /usr/local/bin/listing-bridge
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HEALTH_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["run"]
