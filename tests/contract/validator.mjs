// A proxy that holds every exchange with Atlas to its public description, by a validator that is not
// ours: requests, replies and media types. Violations are collected, not thrown.
import http from 'node:http';
import express from 'express';
import OpenApiValidator from 'express-openapi-validator';

// What the description does not have, so that nothing can be held against it.
export const exceptions = {
  paths: [/^\/api\/oauth\/(token|revoke)$/],
  statuses: [402, 405, 406, 409, 410, 503],
  query: ['envelope'],  // wraps the reply in a shape that has no schema
  // The description says that these are objects; the vendor's own recordings show text and numbers.
  schemas: ['ApiError.parameters.items'],
  // The first half of a digest sign-in asks for the challenge: no credentials, so no body either.
  handshake: (request) => request.headers.authorization === undefined,
};

function withExceptions(spec) {
  const copy = structuredClone(spec);
  copy.components.schemas.ApiError.properties.parameters.items = {};
  return copy;
}

function forward(upstream, request, body) {
  return new Promise((resolve, reject) => {
    const url = new URL(request.originalUrl, upstream);
    const headers = {...request.headers, host: url.host};
    delete headers['x-contract'];
    const out = http.request(url, {method: request.method, headers, agent: false}, (reply) => {
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('end', () => resolve({status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks)}));
      reply.on('error', reject);
    });
    out.on('error', reject);
    out.end(body);
  });
}

function send(response, reply) {
  for (const [name, value] of Object.entries(reply.headers)) {
    if (!['content-length', 'transfer-encoding', 'connection'].includes(name)) response.setHeader(name, value);
  }
  response.status(reply.status);
  const type = reply.headers['content-type'] ?? '';
  // The middleware looks at what goes through json().
  if (reply.body.length > 0 && type.includes('json')) return response.json(JSON.parse(reply.body));
  return response.end(reply.body);
}

// Starts on a free port. A request with the header `X-Contract: reply-only` is not validated itself:
// tests that provoke an error send what the description forbids.
export async function startValidator(spec, upstream) {
  const seen = new Map();  // "operationId status" → how often
  const violations = [];
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(express.raw({type: () => true, limit: '10mb'}));
  app.use((request, _response, next) => {
    request.sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const text = request.sent.toString();
    request.body = text === '' ? undefined : text;
    if ((request.headers['content-type'] ?? '').includes('json')) {
      try { request.body = JSON.parse(text); } catch { /* the validator says so */ }
    }
    next();
  });
  const violated = (request, where, error) =>
    violations.push(`${where} ${request.method} ${request.originalUrl.split('?')[0]}: ${error.message}`);
  const isException = (request) =>
    exceptions.paths.some((path) => path.test(request.path)) ||
    exceptions.query.some((name) => request.query[name] === 'true');

  const options = (validateRequests) => ({
    apiSpec: withExceptions(spec),
    validateApiSpec: false,
    validateSecurity: false,
    validateRequests,
    validateResponses: {
      onError: (error, _body, request) => {
        if (!exceptions.statuses.includes(request.res.statusCode)) violated(request, 'reply to', error);
      },
    },
    $refParser: {mode: 'dereference'},
  });
  const strict = express.Router();
  strict.use(OpenApiValidator.middleware(options({allowUnknownQueryParameters: false})));
  const replyOnly = express.Router();
  replyOnly.use(OpenApiValidator.middleware(options(false)));
  app.use((request, response, next) => {
    if (isException(request)) return next();
    const isReplyOnly = request.headers['x-contract'] === 'reply-only' || exceptions.handshake(request);
    return (isReplyOnly ? replyOnly : strict)(request, response, next);
  });
  app.use(async (request, response, next) => {
    try {
      const reply = await forward(upstream, request, request.sent);
      const operation = request.openapi?.schema?.operationId;
      if (operation) {
        const key = `${operation} ${reply.status}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        const expected = request.openapi.schema.responses?.[reply.status]?.content;
        const type = (reply.headers['content-type'] ?? '').split(';')[0];
        if (expected && reply.body.length > 0 && !(type in expected)) {
          violated(request, 'reply to', new Error(`${reply.status} has the media type ${type}, not ${Object.keys(expected)}`));
        }
      }
      send(response, reply);
    } catch (error) {
      next(error);
    }
  });
  app.use((error, request, response, _next) => {
    violated(request, 'request', error);
    response.status(error.status ?? 502).json({error: error.status ?? 502, errorCode: 'CONTRACT', detail: error.message});
  });
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {url: `http://127.0.0.1:${server.address().port}`, seen, violations, stop: () => server.close()};
}
