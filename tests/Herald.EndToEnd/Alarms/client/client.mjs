// Publishes messages and prints digests, with a NATS client that is not Herald's.
//   node client.mjs nats://HOST:PORT [stream]
// Prints the line "ready" once it listens, then each digest as one line: {"id": "…", "text": "…"}
// Reads one JSON object per line: {"subject": "…", "id": "…", "text": "…"}. The id may be missing. Before the client reads the next one, it
// waits until the message is stored in a JetStream stream (with "stream") or has reached the server (without).
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
// The loop has waited for every message, so none is lost by this exit.
process.exit(0);
