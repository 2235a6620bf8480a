// What the playground asks of this server: a temporary secret, an answer as it is made, and how the limits stand.
// The secret stays in this script's memory.
(function () {
  "use strict";
  const playground = (window.playground ??= {});
  const SECONDS_TOO_FEW = 15;

  // An answer that is no success, in the server's own words.
  playground.Refusal = class extends Error {
    constructor(message, { status = 0, code = "", retryAfter = 0, requestId = "" } = {}) {
      super(message);
      Object.assign(this, { status, code, retryAfter, requestId });
    }
  };

  playground.Gateway = class {
    #openUrl;
    #token;
    #key = "";
    #secret = "";
    #endsAt = 0;

    constructor(openUrl, token) {
      this.#openUrl = openUrl;
      this.#token = token;
    }

    // Work with this key from now on. Returns the models that it opens.
    async open(key) {
      this.#key = key;
      this.#secret = "";
      const response = await reach(this.#openUrl, {
        method: "POST",
        headers: { "X-CSRFToken": this.#token },
        body: new URLSearchParams({ key }),
      });
      if (response.redirected) throw new playground.Refusal("You are signed out. Sign in and open this page again.");
      if (!response.ok) throw await refusal(response);
      const opened = await response.json();
      if (key === this.#key) {
        this.#secret = opened.secret;
        this.#endsAt = Date.parse(opened.expires_at);
      }
      return opened.models;
    }

    // Stream an answer. Returns how it ended and what it used, if the server said so.
    async ask(body, { signal, onLimits, onText }) {
      const response = await this.#fetch("/v1/chat/completions", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
      });
      onLimits(response.headers);
      if (!response.ok) throw await refusal(response);
      const outcome = { usage: null, finish: "" };
      for await (const chunk of chunks(response.body)) {
        if (chunk.error) throw midway(chunk.error, response);
        const choice = chunk.choices?.[0];
        if (choice?.delta?.content) onText(choice.delta.content);
        outcome.finish = choice?.finish_reason ?? outcome.finish;
        outcome.usage = chunk.usage ?? outcome.usage;
      }
      return outcome;
    }

    // How the limits stand, as headers.
    async limits() {
      const response = await this.#fetch("/v1/key", {});
      if (!response.ok) throw await refusal(response);
      return response.headers;
    }

    async #fetch(path, init) {
      if (this.#endsAt - Date.now() < SECONDS_TOO_FEW * 1000) await this.open(this.#key);
      const response = await reach(path, this.#signed(init));
      if (response.status !== 401) return response;
      await this.open(this.#key); // another tab has opened the playground, or the key was rotated
      return reach(path, this.#signed(init));
    }

    #signed(init) {
      return { ...init, cache: "no-store", headers: { ...init.headers, Authorization: `Bearer ${this.#secret}` } };
    }
  };

  async function reach(url, init) {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new playground.Refusal("The server cannot be reached. Check the connection, then send again.");
    }
  }

  // The JSON of each event of a stream.
  async function* chunks(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let waiting = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new playground.Refusal("The connection broke off. What came so far is all.");
      const events = (waiting + value).split(/\r?\n\r?\n/);
      waiting = events.pop();
      for (const event of events) {
        const lines = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
        const data = lines.map((line) => line.slice(5).trim()).join("\n");
        if (data === "[DONE]") return;
        if (data) yield JSON.parse(data);
      }
    }
  }

  async function refusal(response) {
    const error = await response.json().then((body) => body.error, () => null);
    return new playground.Refusal(error?.message ?? "The server gave no reason.", {
      status: response.status,
      code: error?.code,
      retryAfter: Number(response.headers.get("retry-after")),
      requestId: requestId(response),
    });
  }

  // An error inside a stream, which began as a success.
  function midway(error, response) {
    return new playground.Refusal(error.message, { code: error.code, requestId: requestId(response) });
  }

  function requestId(response) {
    return response.headers.get("x-request-id") ?? "";
  }
})();
