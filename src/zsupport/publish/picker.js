(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("picker-data").textContent);
  const section = document.getElementById("picker");
  const fields = document.getElementById("picker-fields");
  const answer = document.getElementById("answer");
  const names = data.dimensions.map((dimension) => dimension.id);
  const priority = names.indexOf("priority");
  const automatic = -2;

  const add = (parent, tag, text) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };

  // Replace each mark, such as {} or {1}, by a text. A text can contain marks, which stay.
  const fill = (words, values) =>
    words.replace(/\{\d?\}/g, (mark) => Object.hasOwn(values, mark) ? values[mark] : mark);

  const selects = data.dimensions.map((dimension, number) => {
    const field = add(fields, "div");
    const label = add(field, "label", dimension.name);
    const select = add(field, "select");
    label.htmlFor = select.id = "pick-" + number;
    const first = add(select, "option", data.words.choose);
    first.value = "-1";
    // Facts that lead to a priority can also lead to none.
    const leading = number === priority && data.lead !== null;
    if (leading) {
      first.textContent = data.words.automatic;
      first.value = String(automatic);
    }
    dimension.values.forEach((value, place) => {
      add(select, "option", value[1]).value = String(place);
    });
    if (dimension.default >= 0) select.value = String(dimension.default);
    if (dimension.values.length === 1 && !leading) select.value = "0";
    select.addEventListener("change", show);
    return select;
  });

  // The answers that remain possible below a node; `asked` gets the dimensions that decide.
  function remaining(node, chosen, asked, answers) {
    if (node < 0) {
      answers.add(-1 - node);
      return answers;
    }
    const [dimension, ...children] = data.nodes[node];
    const places = chosen[dimension];
    if (places.length === 1) return remaining(children[places[0]], chosen, asked, answers);
    asked.add(dimension);
    for (const place of places) remaining(children[place], chosen, asked, answers);
    return answers;
  }

  function show() {
    const chosen = selects.map((select, number) => {
      const value = Number(select.value);
      return value >= 0 ? [value] : data.dimensions[number].values.map((_, place) => place);
    });
    answer.replaceChildren();
    const asked = new Set();
    const needed = new Set();
    let unsettled = false;
    if (priority >= 0 && Number(selects[priority].value) === automatic) {
      const open = new Set();
      const leads = [...remaining(data.lead, chosen, open, new Set())]
        .map((number) => data.answers[number]);
      if (leads.length === 1 && leads[0] === null) {
        add(answer, "p", data.words["no-priority"]);
        return;
      }
      chosen[priority] = leads.filter((place) => place !== null).sort((a, b) => a - b);
      if (leads.length === 1) {
        const name = data.dimensions[priority].values[leads[0]][1];
        add(answer, "p", fill(data.words["answers-lead-to"], { "{}": name }));
      }
      for (const number of open) asked.add(number);
      // If the answers can still lead to no priority, no table has the answer yet.
      unsettled = leads.includes(null);
      if (unsettled) for (const number of open) needed.add(number);
    }
    data.tables.forEach((root, table) => {
      const deciding = new Set();
      const numbers = remaining(root, chosen, deciding, new Set());
      if (numbers.size !== 1) {
        for (const number of deciding) {
          if (number !== priority || !asked.size) needed.add(number);
          else for (const open of asked) needed.add(open);
        }
        return;
      }
      if (unsettled) return;
      const rows = data.answers[[...numbers][0]];
      const block = add(answer, "div");
      block.dataset.table = table ? data.metrics[table - 1][0] : "channels";
      add(block, "h3", table ? data.metrics[table - 1][1] : data.words["you-can-use"]);
      if (!rows.length) add(block, "p", data.words.nothing);
      const list = rows.length ? add(block, "ul") : null;
      for (const [channel, ...texts] of rows) {
        const item = add(list, "li");
        const lines = texts.map((number) => data.texts[number]);
        if (!table) {
          const link = add(item, "a", data.channels[channel][1]);
          link.href = "#channel-" + data.channels[channel][0];
        } else {
          const text = lines.shift();
          const name = channel < 0 ? "" : data.channels[channel][1];
          add(item, "strong", name
            ? fill(data.words["by-channel"], { "{1}": name, "{2}": text }) : text);
        }
        for (const line of lines) add(item, "div", line).className = "aside";
      }
    });
    if (needed.size) {
      const questions = [...needed].sort((a, b) => a - b)
        .map((number) => data.dimensions[number].name).join(", ");
      add(answer, "p", fill(data.words.need, { "{}": questions }));
    }
  }

  section.hidden = false;
  show();
})();
