// Publishes what it is told and prints what it hears, with a client of NATS that is not Herald's.
//   node client.mjs nats://HOST:PORT [stream]
// Prints the line "ready" once it listens; then each digest as one line: {"id": "…", "text": "…"}
// Reads one JSON object a line: {"subject": "…", "id": "…", "text": "…"}; without an id it is published without one. Each is safe before the next one is read: with "stream" when a
// stream of JetStream has it, else when the server has it.
import { createInterface } from 'node:readline';
import { connect, headers } from 'nats';

const [, , servers, mode] = process.argv;
const connection = await connect({ servers, name: 'independent' });
connection.subscribe('AlarmDigest', {
  callback: (error, message) => console.log(JSON.stringify(error ? { error: error.message } : { id: message.headers?.get('Nats-Msg-Id'), text: message.string() })),
});
await connection.flush();
console.log('ready');

for await (const line of createInterface({ input: process.stdin })) {
  const { subject, id, text } = JSON.parse(line);
  if (mode === 'stream') {
    await connection.jetstream().publish(subject, text, { msgID: id });
  } else {
    const own = headers();
    if (id) own.set('id', id);
    connection.publish(subject, text, { headers: own });
    await connection.flush();
  }
}
// All that it was told is safe.
process.exit(0);
