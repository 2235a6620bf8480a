// The playground's page: what is typed goes to the gateway, what comes back is shown. Nothing is kept beyond the page.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  const root = document.querySelector("[data-playground]");
  const part = (name) => root.querySelector(`[data-${name}]`);
  const settings = part("settings"), composer = part("composer"), log = part("log"), hint = part("hint");
  const prompt = composer.querySelector("textarea"), send = part("send"), stop = part("stop"), clear = part("clear");
  const gateway = new playground.Gateway(root.dataset.open, settings.elements.csrfmiddlewaretoken.value);

  let turns = []; // {role, content, element}
  let cleared = null; // what "Undo" brings back
  let running = null; // aborts the answer that is being made
  let nextLook = 0; // timer: limits are asked for again once one of them is whole

  // limits ------------------------------------------------------------------------------------------------------------

  function showLimits(headers) {
    const limits = playground.limitsIn(headers);
    playground.showLimits(part("limits"), limits);
    clearTimeout(nextLook);
    const waits = limits.filter((limit) => limit.left < limit.limit).map((limit) => limit.resets);
    if (waits.length) nextLook = setTimeout(() => document.hidden || lookAtLimits(), Math.min(...waits) + 250);
  }

  async function lookAtLimits() {
    if (running) return;
    try {
      showLimits(await gateway.limits());
    } catch {
      // what is shown is the last that was known; a request tells what is wrong
    }
  }

  // settings ----------------------------------------------------------------------------------------------------------

  function showModels(models) {
    const before = settings.elements.model.value;
    settings.elements.model.replaceChildren(
      ...models.map(function (model) {
        const option = new Option(model.label, model.name, false, model.name === before);
        option.dataset.multiplier = model.multiplier;
        if (model.demonstration) option.dataset.demonstration = "";
        return option;
      }),
    );
    part("no-models").hidden = models.length > 0;
    noteDemonstration();
  }

  function noteDemonstration() {
    part("demonstration-note").hidden = !("demonstration" in (chosenModel()?.dataset ?? {}));
    send.disabled = !chosenModel();
  }

  function chosenModel() {
    return settings.elements.model.selectedOptions[0];
  }

  async function open() {
    try {
      showModels(await gateway.open(settings.elements.key.value));
      await lookAtLimits();
    } catch (error) {
      complain(error);
    }
  }

  function request(history) {
    const { system, temperature, most } = settings.elements;
    const messages = history.map(({ role, content }) => ({ role, content }));
    if (system.value.trim()) messages.unshift({ role: "system", content: system.value });
    return {
      model: settings.elements.model.value,
      messages,
      ...(temperature.value === "" ? {} : { temperature: Number(temperature.value) }),
      ...(most.value === "" ? {} : { max_completion_tokens: Number(most.value) }),
      stream: true,
      stream_options: { include_usage: true },
    };
  }

  // conversation ------------------------------------------------------------------------------------------------------

  function addTurn(role, name, content) {
    const element = document.querySelector("template[data-message]").content.firstElementChild.cloneNode(true);
    element.classList.add(role);
    element.querySelector("h3").textContent = name;
    playground.showText(element.querySelector(".message-text"), content);
    put(element);
    const turn = { role, content, element };
    turns.push(turn);
    return turn;
  }

  function put(element) {
    hint.hidden = true;
    log.append(element);
    log.scrollTop = log.scrollHeight;
    showClear();
  }

  function grow(turn, text) {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
    turn.content += text;
    playground.showText(turn.element.querySelector(".message-text"), turn.content);
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  function note(turn, text) {
    const place = turn.element.querySelector(".message-note");
    place.textContent = text;
    place.hidden = false;
    log.scrollTop = log.scrollHeight;
  }

  function complain(error) {
    if (!(error instanceof playground.Refusal)) {
      console.error(error);
      error = new playground.Refusal("Something went wrong in this page. Reload it and try again.");
    }
    const element = document.querySelector("template[data-refusal]").content.firstElementChild.cloneNode(true);
    element.querySelector("strong").textContent = [error.status || "", error.code].filter(Boolean).join(" ");
    element.querySelector("strong + span").textContent = error.message;
    if (error.retryAfter) {
      const again = element.querySelector("[data-again]");
      again.hidden = false;
      again.querySelector("span").dataset.until = new Date(Date.now() + error.retryAfter * 1000).toISOString();
      setTimeout(() => (again.textContent = "It can be tried again now."), error.retryAfter * 1000);
    }
    if (error.requestId) {
      element.querySelector("[data-request]").hidden = false;
      element.querySelector("[data-request] code").textContent = error.requestId;
    }
    put(element);
  }

  // one exchange ------------------------------------------------------------------------------------------------------

  async function exchange() {
    const text = prompt.value.trim();
    if (!text || running || !chosenModel() || !settings.reportValidity()) return;
    cleared = null;
    log.querySelectorAll(".notice").forEach((notice) => notice.remove());
    const option = chosenModel(), started = performance.now();
    const question = addTurn("user", "You", text);
    const body = request(turns);
    const answer = addTurn("assistant", option.label, "");
    prompt.value = "";
    answer.element.setAttribute("aria-busy", "true"); // read out once it is whole
    run(new AbortController());
    try {
      const onText = (more) => grow(answer, more);
      const outcome = await gateway.ask(body, { signal: running.signal, onLimits: showLimits, onText });
      note(answer, summary(outcome, option, performance.now() - started));
    } catch (error) {
      if (running.signal.aborted) note(answer, "Stopped. What came counts.");
      else complain(error);
      if (!answer.content) giveBack(question, answer, text);
    } finally {
      answer.element.removeAttribute("aria-busy");
      run(null);
      lookAtLimits();
    }
  }

  function run(controller) {
    running = controller;
    send.hidden = Boolean(controller);
    stop.hidden = !controller;
    showClear();
  }

  // Nothing came: the question is put back, to be sent again or changed.
  function giveBack(question, answer, text) {
    turns = turns.filter((turn) => turn !== question && turn !== answer);
    answer.element.remove();
    question.element.remove();
    if (!prompt.value) prompt.value = text;
  }

  function summary({ usage, finish }, option, milliseconds) {
    const parts = [];
    if (usage) {
      const used = usage.prompt_tokens + usage.completion_tokens;
      const [read, written] = [usage.prompt_tokens, usage.completion_tokens].map((count) => count.toLocaleString("en"));
      parts.push(`${read} tokens in, ${written} out`);
      const standard = Math.ceil((used * option.dataset.multiplier) / 1000000);
      if (standard !== used) parts.push(`${standard.toLocaleString("en")} standard tokens`);
    }
    parts.push(milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`);
    if (finish === "length") parts.push("cut off at the most output tokens");
    return parts.join(" · ");
  }

  // clearing, which can be undone -------------------------------------------------------------------------------------

  function showClear() {
    clear.querySelector("span").textContent = cleared ? "Undo" : "Clear";
    clear.disabled = Boolean(running) || (!cleared && log.children.length < 2);
  }

  function toggleCleared() {
    if (cleared) {
      turns = cleared.turns;
      log.append(...cleared.elements);
      cleared = null;
    } else {
      cleared = { turns, elements: [...log.children].filter((element) => element !== hint) };
      turns = [];
      cleared.elements.forEach((element) => element.remove());
    }
    hint.hidden = turns.length > 0;
    showClear();
    prompt.focus();
  }

  // wiring ------------------------------------------------------------------------------------------------------------

  composer.addEventListener("submit", function (event) {
    event.preventDefault();
    exchange();
  });
  prompt.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    exchange();
  });
  stop.addEventListener("click", function () {
    running?.abort();
    prompt.focus();
  });
  clear.addEventListener("click", toggleCleared);
  settings.addEventListener("submit", (event) => event.preventDefault());
  settings.elements.key.addEventListener("change", open);
  settings.elements.model.addEventListener("change", noteDemonstration);
  part("show-code").addEventListener("click", function () {
    const draft = prompt.value.trim() ? [...turns, { role: "user", content: prompt.value.trim() }] : turns;
    const { stream_options: _, ...body } = request(draft.length ? draft : [{ role: "user", content: "Hello" }]);
    const [curl, python] = document.querySelectorAll("#code pre code");
    curl.textContent = playground.curl(root.dataset.baseUrl, body);
    python.textContent = playground.python(root.dataset.baseUrl, body);
  });

  document.addEventListener("visibilitychange", () => document.hidden || lookAtLimits());

  if (matchMedia("(min-width: 60rem)").matches) prompt.focus(); // on small screens it would scroll the settings away
  noteDemonstration();
  open();
});
