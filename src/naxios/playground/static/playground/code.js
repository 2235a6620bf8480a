// The request that the page would send, as code to take away.
(function () {
  "use strict";
  const playground = (window.playground ??= {});

  playground.curl = function (baseUrl, body) {
    const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
    return [
      `curl -N ${baseUrl}/v1/chat/completions \\`,
      '  -H "Authorization: Bearer $NAXIOS_KEY" \\',
      '  -H "Content-Type: application/json" \\',
      `  -d '${json}'`,
    ].join("\n");
  };

  // Strings and numbers are written in Python as in JSON.
  playground.python = function (baseUrl, body) {
    const { model, messages, temperature, max_completion_tokens: most } = body;
    const lines = messages.map((message) => `        ${JSON.stringify(message)},`);
    return [
      "import os",
      "",
      "from openai import OpenAI",
      "",
      `client = OpenAI(base_url="${baseUrl}/v1", api_key=os.environ["NAXIOS_KEY"])`,
      "",
      "stream = client.chat.completions.create(",
      `    model=${JSON.stringify(model)},`,
      "    messages=[",
      ...lines,
      "    ],",
      ...(temperature === undefined ? [] : [`    temperature=${temperature},`]),
      ...(most === undefined ? [] : [`    max_completion_tokens=${most},`]),
      "    stream=True,",
      ")",
      "for chunk in stream:",
      "    if chunk.choices and chunk.choices[0].delta.content:",
      '        print(chunk.choices[0].delta.content, end="", flush=True)',
    ].join("\n");
  };
})();
