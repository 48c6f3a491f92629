/** The API to read: one page of plain HTML. Nothing in it is loaded from anywhere, and there is no script. */
import { createHash } from 'node:crypto';
import { ERRORS, type ErrorCode } from '../http/errors.ts';
import { errorsOf, type Route } from '../http/route.ts';
import { type JsonSchema, type OpenApi, type Operation, openApiOf } from './document.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.75rem;overflow:auto}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
h2{margin-top:3rem;border-bottom:1px solid #ccc}h3{margin-top:2rem}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#262626}a{color:#8bf}}`;

/** Of a page whose one style is its own: nothing else is loaded, run, framed or sent. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function pageOf(routes: readonly Route[], publicUrl: string): string {
  const document = openApiOf(routes, publicUrl);
  const groups = document.tags.map(({ name }) => name);
  const body = [
    '<h1>pirack API</h1>',
    `<p>At <code>${text(publicUrl)}</code>. Made for programs: <a href="/openapi.json">OpenAPI 3.1</a>. A key is given as `,
    'Basic credentials (its id and its secret) on every request, or as a Bearer token from <code>POST /login</code>.</p>',
    `<p>${groups.map((name) => `<a href="#${text(name)}">${text(name)}</a>`).join(' · ')} · <a href="#errors">errors</a></p>`,
    ...groups.flatMap((group) => [
      `<h2 id="${text(group)}">${text(group)}</h2>`,
      ...routes.filter((route) => route.group === group).map((route) => section(route, document)),
    ]),
    '<h2 id="errors">errors</h2>',
    errorTable(Object.keys(ERRORS) as ErrorCode[]),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>pirack API</title>
<style>${STYLE}</style></head><body>
${body.join('\n')}
</body></html>
`;
}

function section(route: Route, document: OpenApi): string {
  const operation = document.paths[route.path]?.[route.method.toLowerCase()] as Operation;
  const answers = Object.entries(route.answers).map(([status, { description, schema, headers = {} }]) => {
    const told = Object.entries(headers).map(([name, what]) => `; <code>${text(name)}</code>: ${text(what)}`);
    const content = (operation.responses[status] as { content?: Record<string, { schema: JsonSchema }> }).content;
    const shape = schema === undefined ? '' : pre(content?.['application/json']?.schema);
    return `<p><b>${status}</b> ${text(description)}${told.join('')}</p>${shape}`;
  });
  return [
    `<h3 id="${text(route.name)}"><code>${route.method} ${text(route.path)}</code></h3>`,
    `<p>${text(route.summary)}. ${text(operation.description)}</p>`,
    parameterTable(operation.parameters ?? []),
    bodyOf(operation),
    ...answers,
    `<details><summary>errors</summary>${errorTable(errorsOf(route))}</details>`,
  ].join('\n');
}

function parameterTable(parameters: readonly JsonSchema[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${text(name)}</code><td>${text(place)}${required ? '' : ', may be left out'}<td>${text(description)} <code>${text(JSON.stringify(schema))}</code>`,
  );
  return `<table><tr><th>parameter<th>in<th>what${rows.join('')}</table>`;
}

function bodyOf({ requestBody }: Operation): string {
  if (requestBody === undefined) return '';
  const content = requestBody.content as Record<string, { schema: JsonSchema }>;
  const types = Object.keys(content).map((type) => `<code>${text(type)}</code>`);
  return `<p>Body, ${types.join(' or ')}${requestBody.required === true ? '' : '; may be left out'}:</p>${pre(Object.values(content)[0]?.schema)}`;
}

function errorTable(codes: readonly ErrorCode[]): string {
  const rows = codes.map(
    (code) => `<tr><td>${ERRORS[code].status}<td><code>${code}</code><td>${text(ERRORS[code].title)}`,
  );
  return `<table><tr><th>status<th>code<th>what${rows.join('')}</table>`;
}

const pre = (schema: JsonSchema | undefined) => `<pre>${text(JSON.stringify(schema, null, 2))}</pre>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const text = (value: unknown) => String(value).replace(/[&<>"']/g, (letter) => ENTITIES[letter] as string);
