// An independent sender and receiver of Web Push. Reads one JSON object per line and answers each with one line:
//   {"do": "decrypt", "body", "privateKey", "publicKey", "auth"}          → {"text"}
//   {"do": "send", "subscription", "publicKey", "privateKey", "text"}     → {"status"}
//   {"do": "keys", "publicKey", "privateKey"}                             → {"ok"}
//   {"do": "verify", "token", "publicKey"}                                → {"claims"}
// Binary values are base64url. A failure is {"error"}.
import { createECDH, createPublicKey } from 'node:crypto';
import { createInterface } from 'node:readline';
import { request } from 'node:http';
import ece from 'http_ece';
import jws from 'jws';
import webPush from 'web-push';

const subject = 'mailto:judge@example.com';

function decrypt({ body, privateKey, auth }) {
  const key = createECDH('prime256v1');
  key.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  const text = ece.decrypt(Buffer.from(body, 'base64url'), { version: 'aes128gcm', privateKey: key, authSecret: auth });
  return { text: text.toString('utf8') };
}

function send({ subscription, publicKey, privateKey, text }) {
  const details = webPush.generateRequestDetails(subscription, text, { vapidDetails: { subject, publicKey, privateKey }, TTL: 60 });
  return new Promise((resolve, reject) => {
    const sent = request(details.endpoint, { method: details.method, headers: details.headers }, answer => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode }));
    });
    sent.on('error', reject);
    sent.end(details.body);
  });
}

function keys({ publicKey, privateKey }) {
  webPush.setVapidDetails(subject, publicKey, privateKey);
  return { ok: true };
}

function verify({ token, publicKey }) {
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  if (!jws.verify(token, 'ES256', pem))
    throw new Error('the signature is wrong');
  return { claims: jws.decode(token, { json: true }).payload };
}

const actions = { decrypt, send, keys, verify };

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = await actions[asked.do](asked);
  } catch (error) {
    answer = { error: error.message };
  }
  console.log(JSON.stringify(answer));
}
