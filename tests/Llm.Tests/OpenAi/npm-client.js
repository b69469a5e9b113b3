// What the npm client of OpenAI makes of the test server: node npm-client.js <node_modules> <base url>. One JSON object a line: {"check":…,"got":…}.
const [modules, baseURL] = process.argv.slice(2);
const { OpenAI } = require(modules + '/openai');
const client = new OpenAI({ baseURL, apiKey: 'secret', maxRetries: 0 });
const model = 'scripted-1';
const tools = [{ type: 'function', name: 'list_files', description: 'Lists files.', strict: false, parameters: { type: 'object', properties: { path: { type: 'string' } } } }];
const schema = { type: 'object', properties: { number: { type: 'integer' } }, required: ['number'], additionalProperties: false };
const messages = (content) => [{ role: 'user', content }];

const chat = {
  ask: (content, more) => client.chat.completions.create({ model, messages: messages(content), ...more }),
  text: (answer) => answer.choices[0].message.content,
  finish: (answer) => answer.choices[0].finish_reason,
  usage: ({ usage }) => [usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens, usage.completion_tokens_details.reasoning_tokens],
  calls: (answer) => answer.choices[0].message.tool_calls.map((call) => [call.id, call.function.name, call.function.arguments]),
  tools: { tools: tools.map(({ type, ...tool }) => ({ type, function: tool })) },
  schema: { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } },
  whole: (content, more) => client.chat.completions.stream({ model, messages: messages(content), stream_options: { include_usage: true }, ...more }).finalChatCompletion(),
  pieces: async (content) => {
    const pieces = [];
    for await (const chunk of await client.chat.completions.create({ model, messages: messages(content), stream: true })) {
      if (chunk.usage) throw new Error('usage was not asked for');
      if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
    }
    return pieces;
  },
};

const responses = {
  ask: (input, more) => client.responses.create({ model, input, ...more }),
  text: (answer) => answer.output_text,
  finish: (answer) => answer.status,
  usage: ({ usage }) => [usage.input_tokens, usage.output_tokens, usage.input_tokens_details.cached_tokens, usage.output_tokens_details.reasoning_tokens],
  calls: (answer) => answer.output.filter((item) => item.type === 'function_call').map((call) => [call.call_id, call.name, call.arguments]),
  tools: { tools },
  schema: { text: { format: { type: 'json_schema', name: 'answer', schema } } },
  whole: (input, more) => client.responses.stream({ model, input, ...more }).finalResponse(),
  pieces: async (input) => {
    const pieces = [];
    for await (const event of await client.responses.create({ model, input, stream: true })) {
      if (event.type === 'response.output_text.delta') pieces.push(event.delta);
    }
    return pieces;
  },
};

async function check(name, attempt) {
  let got;
  try {
    got = await attempt();
  } catch (error) {
    got = [error.constructor.name, error.status ?? null, error.headers?.get('retry-after') ?? null];
  }
  console.log(JSON.stringify({ check: name, got }));
}

(async () => {
  await check('models', async () => (await client.models.list()).data.map((model) => model.id));
  const apis = Object.entries({ chat, responses });
  for (const [name, api] of apis) {
    // The server plays these faults in this order.
    for (const fault of ['400', '401', '404', '429', '503', 'cut', 'cut stream']) {
      await check(`${name} ${fault}`, () => (fault === 'cut stream' ? api.pieces('text') : api.ask('text')));
    }
  }

  for (const [name, api] of apis) {
    await check(`${name} text`, async () => { const answer = await api.ask('text'); return [api.text(answer), api.finish(answer), api.usage(answer)]; });
    await check(`${name} pieces`, () => api.pieces('text'));
    await check(`${name} stream`, async () => { const answer = await api.whole('text'); return [api.text(answer), api.finish(answer), api.usage(answer)]; });
    await check(`${name} cut off`, async () => api.finish(await api.ask('cut')));
    await check(`${name} tools`, async () => api.calls(await api.ask('tools', api.tools)));
    await check(`${name} streamed tools`, async () => api.calls(await api.whole('tools', api.tools)));
    await check(`${name} schema`, async () => JSON.parse(api.text(await api.ask('schema', api.schema))));
    await check(`${name} streamed schema`, async () => JSON.parse(api.text(await api.whole('schema', api.schema))));
  }
})();
