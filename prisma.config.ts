import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Generating needs no database; our own runner applies the migrations (docs/decisions/0002-migrations.md).
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://127.0.0.1/flowql' },
});
