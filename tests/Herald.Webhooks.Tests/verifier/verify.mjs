// Verifies webhooks with implementations that are not Herald's. Reads one JSON object per line:
//   {"secret": "whsec_…", "headers": {…}, "body": "…"}
// and answers each with one line: {"standardwebhooks": "ok" | reason, "svix": "ok" | reason}
import { createInterface } from 'node:readline';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';

function judge(Verifier, { secret, headers, body }) {
  try {
    new Verifier(secret).verify(body, headers);
    return 'ok';
  } catch (error) {
    return error.message;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify({ standardwebhooks: judge(StandardWebhook, request), svix: judge(SvixWebhook, request) }));
}
