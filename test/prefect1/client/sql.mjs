// Executes a statement, read from stdin, on the embedded PostgreSQL of a directory. Prints the rows as JSON.
import { readFileSync } from 'node:fs';
import pg from 'pg';

const cluster = process.argv[2];
const { text, values } = JSON.parse(readFileSync(0, 'utf8'));
const database = new pg.Client({
  host: '127.0.0.1',
  // The fourth line of the file.
  port: Number(readFileSync(`${cluster}/data/postmaster.pid`, 'utf8').split('\n')[3]),
  user: 'flowql_server',
  password: readFileSync(`${cluster}/password`, 'utf8'),
  database: 'postgres',
});
await database.connect();
console.log(JSON.stringify((await database.query(text, values)).rows));
await database.end();
