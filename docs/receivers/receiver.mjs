// A receiver of webhooks: checks the signature, keeps each message once, answers at once.
//
//   npm install standardwebhooks
//   WEBHOOK_SECRET=whsec_... node receiver.mjs [PORT]        behind a web server that speaks https

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const file = process.env.WEBHOOK_FILE ?? "messages.jsonl";
const largest = 64 * 1024; // bytes; messages have less than 20 kB

const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
const known = new Set(lines.filter(Boolean).map((line) => JSON.parse(line).id));

// Write the message down. False: it came before; a repeat has the same id and is no news.
function keep(id, body) {
  if (known.has(id)) return false;
  appendFileSync(file, JSON.stringify({ id, body }) + "\n");
  known.add(id);
  return true;
}

// Whatever takes time belongs elsewhere, after the answer: the sender waits 15 seconds and no longer.
async function receive(request, response) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) if ((size += chunk.length) <= largest) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  let message;
  try {
    message = webhook.verify(body, request.headers);
  } catch {
    response.writeHead(401).end(); // not signed by us, or older than five minutes
    return;
  }
  const id = request.headers["webhook-id"];
  if (keep(id, body)) console.log(JSON.stringify({ id, type: message.type }));
  response.writeHead(204).end();
}

createServer((request, response) => receive(request, response).catch(() => response.destroy()))
  .listen(Number(process.argv[2] ?? 8080), "127.0.0.1");
