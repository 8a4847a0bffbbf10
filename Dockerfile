# docker build -t grantry . && docker run --rm -p 3000:3000 -v grantry:/data grantry     (docs/deploying.md)

FROM node:22-bookworm-slim AS build
WORKDIR /grantry
COPY . .
# Packages, generated code, compiled code, the template of the embedded database; then only what a running server needs.
RUN node src/setup.mjs
RUN npm prune --omit=dev --omit=optional --omit=peer --ignore-scripts --no-audit --no-fund && rm -rf node_modules/.cache

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
RUN install -d -o node -g node -m 700 /data
WORKDIR /grantry
COPY --from=build /grantry/package.json /grantry/openapi.yaml ./
COPY --from=build /grantry/node_modules node_modules
COPY --from=build /grantry/prisma/migrations prisma/migrations
COPY --from=build /grantry/prisma/template prisma/template
COPY --from=build /grantry/src/pages/assets src/pages/assets
COPY --from=build /grantry/src/reference/page src/reference/page
COPY --from=build /grantry/dist dist
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=3 CMD ["node", "dist/bin.cjs", "health"]
# Node itself is the first process, so that signals reach it.
CMD ["node", "--v8-pool-size=1", "--max-semi-space-size=4", "dist/bin.cjs", "start"]
