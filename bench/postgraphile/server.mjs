// Serves the tables of the database by PostGraphile, as a team would that writes nothing but
// a few SQL functions (functions.sql) for what tables do not say: who sees what, in which
// order. It tells in one line when it is ready, and where.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public", "generic"],
      poolConfig: { max: 16 },
    }),
  ],
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  schema: { defaultBehavior: "+connection +list -insert -update -delete" },
  grafserv: { graphiql: false, watch: false, maxRequestLength: 1_000_000 },
  grafast: { explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  console.error(JSON.stringify({ msg: "ready", address: `http://127.0.0.1:${port}` }));
});
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
