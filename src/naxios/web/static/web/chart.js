// Draws <figure class="chart" data-chart="bars|lines"> from the table inside it: stacked bars, or lines. The table is
// the truth: whenever it changes, so does the drawing. Colours are the theme's, resolved by the browser.
(function () {
  "use strict";

  const SERIES = 6;
  const FONT = '12px "Geist", system-ui, sans-serif';
  const units = {
    "": (value) => short(value),
    money: (value) => short(value),
    ms: (value) => (value >= 1000 ? `${round(value / 1000)} s` : `${round(value)} ms`),
  };

  function round(value) {
    return Number(value.toPrecision(3)).toLocaleString("en");
  }

  function short(value) {
    for (const [step, letter] of [[1e9, "B"], [1e6, "M"], [1e3, "k"]]) {
      if (Math.abs(value) >= step) return round(value / step) + letter;
    }
    return round(value);
  }

  function number(cell) {
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    const text = cell.textContent.replaceAll(",", "").trim();
    return /^\d/.test(text) ? Number(text) : null;
  }

  function read(figure) {
    const [head, ...rows] = figure.querySelector("table").rows;
    const names = [...head.cells].slice(1).map((cell) => cell.textContent);
    return {
      labels: rows.map((row) => row.cells[0].textContent),
      names,
      values: names.map((_, index) => rows.map((row) => number(row.cells[index + 1]))),
      texts: names.map((_, index) => rows.map((row) => row.cells[index + 1].textContent)),
    };
  }

  // A custom property holds light-dark(…) as it was written; only a used colour is resolved.
  function colours(figure) {
    const probe = figure.appendChild(document.createElement("span"));
    const resolve = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    const found = { ink: resolve("ink-soft"), line: resolve("line"), series: [] };
    for (let index = 1; index <= SERIES; index++) found.series.push(resolve(`series-${index}`));
    probe.remove();
    return found;
  }

  function stacked(values) {
    let below = null;
    return values.map((series) => {
      below = series.map((value, index) => (value ?? 0) + (below ? below[index] : 0));
      return below;
    });
  }

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.place = figure.querySelector(".chart-canvas");
      this.bars = figure.dataset.chart === "bars";
      this.unit = units[figure.dataset.unit ?? ""];
      this.tip = document.createElement("div");
      this.tip.className = "chart-tip";
      this.tip.setAttribute("aria-live", "polite");
      this.tip.hidden = true;
      const title = figure.querySelector("figcaption :is(h2, h3)").textContent;
      this.place.tabIndex = 0;
      this.place.setAttribute("role", "group");
      this.place.setAttribute("aria-label", `${title}: chart. Left and right arrow keys read it step by step.`);
      this.place.addEventListener("keydown", (event) => this.step(event));
      this.place.addEventListener("blur", () => this.point(null));
      this.draw();
      new ResizeObserver(() => this.fit()).observe(this.place);
      new MutationObserver(() => this.draw()).observe(figure.querySelector(".scroll"), { childList: true, subtree: true });
    }

    draw() {
      const pointed = this.tip.hidden ? null : this.plot?.cursor.idx;
      this.plot?.destroy();
      this.table = read(this.figure);
      this.colours = colours(this.figure);
      const { values, labels } = this.table;
      this.empty = !values.flat().some((value) => value);
      this.place.classList.toggle("is-empty", this.empty);
      const drawn = this.bars ? stacked(values).reverse() : values;
      this.plot = new uPlot(this.options(drawn.length), [labels.map((_, index) => index), ...drawn], this.place);
      this.place.append(this.tip);
      this.point(pointed ?? null);
    }

    options(count) {
      const { ink, line, series } = this.colours;
      const axis = { stroke: ink, font: FONT, grid: { show: !this.empty, stroke: line, width: 1 }, ticks: { show: false } };
      const lines = Array.from({ length: count }, (_, index) => {
        const colour = series[Math.min(this.bars ? count - 1 - index : index, SERIES - 1)];
        if (this.bars) return { fill: colour, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.72, 48] }) };
        return { stroke: colour, width: 2, spanGaps: true, points: { size: 5, fill: colour, width: 0 } };
      });
      return {
        width: this.place.clientWidth,
        height: this.place.clientHeight,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        scales: {
          x: { time: false, range: (_, low, high) => [low - 0.6, high + 0.6] },
          y: { range: (_, low, high) => this.range(low, high) },
        },
        axes: [
          { ...axis, size: 28, grid: { show: false }, splits: () => this.marks(), values: (_, at) => at.map((index) => this.table.labels[index]) },
          { ...axis, size: 56, space: this.place.clientHeight < 160 ? 24 : 36, values: (_, at) => at.map((value) => this.height(value)) },
        ],
        series: [{}, ...lines],
        cursor: { y: false, drag: { x: false, y: false }, points: { show: !this.bars }, focus: { prox: -1 } },
        hooks: { setCursor: [() => this.tell()] },
      };
    }

  // As many labels below the bars as have room, from the latest that fits backwards.
    marks() {
      const count = this.table.labels.length;
      const width = Math.max(...this.table.labels.map((label) => label.length)) * 6.5;
      const step = (this.place.clientWidth - 64) / (count + 0.2);
      const every = Math.ceil((width + 20) / step);
      const last = Math.floor(count - 0.4 - Math.max(0, width / 2 - 8) / step);
      return this.table.labels.map((_, index) => index).filter((index) => index <= last && (last - index) % every === 0);
    }

    // From nothing up, or from the lowest below nothing.
    range(low, high) {
      if (low < 0) return uPlot.rangeNum(low, Math.max(high, 0), 0.05, true);
      return [0, high > 0 ? uPlot.rangeNum(0, high, 0.05, true)[1] : 1];
    }

    height(value) {
    return this.empty || (value % 1 && !this.figure.dataset.unit) ? "" : this.unit(value);
  }

  tell() {
      const index = this.plot?.cursor.idx;
      this.tip.hidden = index == null || !(index in this.table.labels);
      if (this.tip.hidden) return;
      const heading = document.createElement("strong");
      heading.textContent = this.table.labels[index];
      const list = document.createElement("ul");
      list.className = "legend";
      this.table.names.forEach((name, series) => {
        const item = list.appendChild(document.createElement("li"));
        item.textContent = `${name}: ${this.table.texts[series][index]}`;
      });
      this.tip.replaceChildren(heading, list);
      if (this.bars && this.table.names.length > 1) {
        const sum = this.table.values.reduce((total, series) => total + (series[index] ?? 0), 0);
        this.tip.append(`Together: ${sum.toLocaleString("en")}`);
      }
      const at = this.plot.valToPos(index, "x") + this.plot.over.offsetLeft;
      const room = this.place.clientWidth - this.tip.offsetWidth;
      const wanted = at + this.tip.offsetWidth + 12 > this.place.clientWidth ? at - this.tip.offsetWidth - 12 : at + 12;
      this.tip.style.insetInlineStart = `${Math.max(0, Math.min(room, wanted))}px`;
    }

    point(index) {
      this.plot.setCursor(index === null ? { left: -10, top: -10 } : { left: this.plot.valToPos(index, "x"), top: 0 });
    }

    step(event) {
      const last = this.table.labels.length - 1;
      const now = this.tip.hidden ? null : this.plot.cursor.idx;
      const next = { ArrowLeft: now === null ? last : now - 1, ArrowRight: now === null ? 0 : now + 1, Home: 0, End: last }[event.key];
      if (event.key === "Escape") this.point(null);
      if (next === undefined) return;
      event.preventDefault();
      this.point(Math.max(0, Math.min(last, next)));
    }

    fit() {
      const { clientWidth: width, clientHeight: height } = this.place;
      if (width && (width !== this.plot.width || height !== this.plot.height)) this.plot.setSize({ width, height });
    }
  }

  const charts = [...document.querySelectorAll("figure[data-chart]")].map((figure) => new Chart(figure));
  const redraw = () => charts.forEach((chart) => chart.draw());
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.fonts.ready.then(redraw);
})();
