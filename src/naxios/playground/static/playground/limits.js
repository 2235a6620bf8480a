// How the limits stand, read from x-ratelimit headers.
(function () {
  "use strict";
  const playground = (window.playground ??= {});
  const LIMITS = [
    ["tokens-day", "Tokens today", "Resets in "],
    ["tokens", "Tokens a minute", "Full again in "],
    ["requests", "Requests a minute", "Full again in "],
  ];

  // "1h2m3.5s", "12ms" -> milliseconds
  playground.duration = function (text) {
    const units = { h: 3600000, m: 60000, s: 1000, ms: 1 };
    return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce((sum, [, amount, unit]) => sum + amount * units[unit], 0);
  };

  playground.limitsIn = function (headers) {
    return LIMITS.filter(([name]) => headers.has(`x-ratelimit-limit-${name}`)).map(([name, label, until]) => ({
      label,
      until,
      limit: Number(headers.get(`x-ratelimit-limit-${name}`)),
      left: Number(headers.get(`x-ratelimit-remaining-${name}`)),
      resets: playground.duration(headers.get(`x-ratelimit-reset-${name}`)),
    }));
  };

  playground.showLimits = function (place, limits) {
    const template = document.querySelector("template[data-limit]");
    place.replaceChildren(
      ...limits.map(function (limit) {
        const row = template.content.firstElementChild.cloneNode(true);
        const used = limit.limit - limit.left;
        row.querySelector(".limit-name").textContent = limit.label;
        row.querySelector("strong").textContent = limit.left.toLocaleString("en");
        row.querySelector(".limit-of").textContent = `of ${limit.limit.toLocaleString("en")}`;
        const meter = row.querySelector("progress");
        meter.max = limit.limit;
        meter.value = Math.min(used, limit.limit);
        meter.setAttribute("aria-label", `${limit.label}: used`);
        meter.classList.toggle("danger", used >= limit.limit);
        meter.classList.toggle("warn", used < limit.limit && used * 5 >= limit.limit * 4);
        showReset(row.querySelector(".limit-reset"), limit);
        return row;
      }),
    );
    if (!limits.length) {
      const none = document.createElement("li");
      none.textContent = "Nothing limits this key.";
      place.append(none);
    }
  };

  function showReset(place, limit) {
    if (limit.left === limit.limit && limit.until.startsWith("Full")) {
      place.textContent = "Full";
      return;
    }
    const countdown = document.createElement("span");
    countdown.dataset.until = new Date(Date.now() + limit.resets).toISOString();
    countdown.textContent = "…";
    place.replaceChildren(limit.until, countdown);
  }
})();
