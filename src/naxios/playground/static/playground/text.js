// A model's text as elements: paragraphs as they are, fenced code as a block to copy. Never as HTML.
(function () {
  "use strict";
  const playground = (window.playground ??= {});

  // "a\n```\nb\n```" -> [{code: false, text: "a"}, {code: true, text: "b"}]
  playground.blocks = function (text) {
    const blocks = [{ code: false, lines: [] }];
    for (const line of text.split("\n")) {
      const last = blocks[blocks.length - 1];
      if (/^\s*```/.test(line)) blocks.push({ code: !last.code, lines: [] });
      else last.lines.push(line);
    }
    return blocks
      .map((block) => ({ code: block.code, text: block.code ? block.lines.join("\n") : block.lines.join("\n").trim() }))
      .filter((block) => block.text || block.code);
  };

  // Called again as text grows: what stands already is left alone, so that a selection survives.
  playground.showText = function (place, text) {
    const blocks = playground.blocks(text);
    blocks.forEach(function (block, index) {
      let element = place.children[index];
      if (!element || (element.dataset.kind === "code") !== block.code) {
        const fresh = block.code ? codeBlock() : paragraph();
        if (element) element.replaceWith(fresh);
        else place.append(fresh);
        element = fresh;
      }
      const target = block.code ? element.querySelector("code") : element;
      if (target.textContent !== block.text) target.textContent = block.text;
    });
    while (place.children.length > blocks.length) place.lastElementChild.remove();
  };

  function paragraph() {
    const element = document.createElement("p");
    element.dataset.kind = "text";
    return element;
  }

  function codeBlock() {
    const element = document.querySelector("template[data-code-block]").content.firstElementChild.cloneNode(true);
    element.dataset.kind = "code";
    return element;
  }
})();
