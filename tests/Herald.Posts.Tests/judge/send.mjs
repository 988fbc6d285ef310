// Sends to incoming webhooks with Slack's own client. Reads one JSON object per line:
//   {"url": "http://…", "text": "…"}
// and answers each with one line: {"text": "ok"} or {"code": "…", "status": 403, "body": "…"}
import { createInterface } from 'node:readline';
import { IncomingWebhook } from '@slack/webhook';

for await (const line of createInterface({ input: process.stdin })) {
  const { url, text } = JSON.parse(line);
  try {
    const { text: answer } = await new IncomingWebhook(url).send({ text });
    console.log(JSON.stringify({ text: answer }));
  } catch (error) {
    console.log(JSON.stringify({ code: error.code, status: error.statusCode, body: error.body }));
  }
}
