const element = (id) => document.getElementById(id);
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const safe = (value) => String(value ?? "").replace(/[&<>"']/g, (sign) => escapes[sign]);
const number = (value) => Number(value).toLocaleString("en");
const clockTime = (iso) => new Date(iso).toISOString().slice(11, 19);
const empty = (text) => `<p class="empty">${text}</p>`;
const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
const size = (bytes) =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1048576
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1048576).toFixed(1)} MB`;

/** Columns are [heading, cell as HTML, class]. */
const table = (columns, rows) =>
  `<div class="scroll"><table><thead><tr>${columns.map(([heading, , kind = ""]) => `<th class="${kind}">${heading}</th>`).join("")}</tr></thead><tbody>${rows
    .map(
      (row) =>
        `<tr>${columns.map(([, cell, kind = ""]) => `<td class="${kind}">${cell(row)}</td>`).join("")}</tr>`,
    )
    .join("")}</tbody></table></div>`;

const drawn = new Map();
/** Writes only what has changed, so that an opened detail or a selection is left alone. */
const put = (id, html) => {
  if (drawn.get(id) === html) return;
  drawn.set(id, html);
  const open = new Set([...element(id).querySelectorAll("details[open]")].map((one) => one.dataset.key));
  element(id).innerHTML = html;
  for (const one of element(id).querySelectorAll("details")) if (open.has(one.dataset.key)) one.open = true;
};

const tile = (value, label, kind = "") =>
  `<div class="tile ${kind}"><b>${number(value)}</b><span>${label}</span></div>`;
const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

const drawTiles = (state) => {
  const pending = sum(state.deliveries, (one) => one.pending);
  const retrying = sum(state.deliveries, (one) => one.retrying);
  const dead = sum(state.queues, (one) => one.messages);
  const errors = sum(state.functions, (one) => one.errors);
  put(
    "tiles",
    tile(
      sum(state.routes, (one) => one.requests),
      "requests",
    ) +
      tile(state.events.total, "events") +
      tile(
        pending,
        retrying > 0 ? `deliveries, ${retrying} retrying` : "deliveries pending",
        retrying > 0 ? "warn" : "",
      ) +
      tile(errors, "failed invocations", errors > 0 ? "warn" : "") +
      tile(dead, dead === 1 ? "dead letter" : "dead letters", dead > 0 ? "bad" : ""),
  );
};

const durationText = (ms) => {
  const minutes = Math.round(ms / 60000);
  const parts = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor((minutes % 1440) / 60), "h"],
    [minutes % 60, "min"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
};
let offsetMs = 0;
const drawClock = () => {
  const now = new Date(Date.now() + offsetMs);
  element("time").textContent = now.toISOString().slice(11, 19);
  element("date").textContent = now.toLocaleDateString("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  element("offset").textContent =
    offsetMs < 60000 ? "UTC, the machine's own time" : `UTC, ${durationText(offsetMs)} ahead of the machine`;
};

const drawStreams = (state) => {
  put(
    "streams",
    state.streams.length === 0
      ? empty("No consumers of the stream.")
      : table(
          [
            [
              "Stream consumer",
              (one) =>
                `${safe(one.function)}${one.lastError ? ` <span class="pill warn" title="${safe(one.lastError)}">last error</span>` : ""}`,
            ],
            ["Read", (one) => number(one.position), "n"],
            [
              "Behind",
              (one) =>
                one.lag === undefined
                  ? "?"
                  : one.lag === 0
                    ? '<span class="soft">0</span>'
                    : `<b>${number(one.lag)}</b>`,
              "n",
            ],
            ["Retries", (one) => number(one.retries), "n"],
            ["Dead", (one) => number(one.deadBatches), "n"],
          ],
          state.streams,
        ),
  );
  put(
    "deliveries",
    `<h3>Deliveries</h3>${
      state.deliveries.length === 0
        ? empty("Nothing is waiting: every event has been taken.")
        : table(
            [
              [
                "Subscriber",
                (one) =>
                  `${safe(one.function)}${one.lastError ? `<br><span class="soft">${safe(one.lastError)}</span>` : ""}`,
              ],
              ["Pending", (one) => number(one.pending), "n"],
              [
                "Retrying",
                (one) => (one.retrying > 0 ? `<span class="pill warn">${one.retrying}</span>` : "0"),
                "n",
              ],
              ["Next", (one) => (one.nextAt ? clockTime(one.nextAt) : ""), "n"],
            ],
            state.deliveries,
          )
    }${state.lostDeliveries > 0 ? `<p class="bad-text">${plural(state.lostDeliveries, "invocation was", "invocations were")} lost: no dead-letter queue.</p>` : ""}`,
  );
};

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
const letter = (message) =>
  `<details data-key="${safe(message.id)}"><summary><span class="soft">${clockTime(message.sentAt)}</span> ${safe(message.failedOn ?? "unknown origin")} <span class="bad-text">${safe(message.error)}</span></summary><pre>${safe(pretty(message.body))}</pre></details>`;
const drawQueues = (state) => {
  const full = state.queues.filter((one) => one.messages > 0);
  const rest = state.queues.length - full.length;
  put(
    "queues",
    (full.length === 0
      ? ""
      : full
          .map(
            (one) =>
              `<div class="queue"><div><span><span class="mono">${safe(one.name)}</span> <span class="pill bad">${number(one.messages)}</span></span><button type="button" class="solid" data-redrive="${safe(one.name)}">Redrive</button></div>${one.oldest.map(letter).join("")}</div>`,
          )
          .join("")) +
      (full.length === 0
        ? empty(`All ${plural(rest, "queue is", "queues are")} empty.`)
        : rest > 0
          ? `<p class="note">${plural(rest, "further queue is", "further queues are")} empty.</p>`
          : ""),
  );
};

const moment = (iso) => `${iso.slice(0, 10)} ${clockTime(iso)}`;
const drawSchedules = (state) =>
  put(
    "schedules",
    state.schedules.length === 0
      ? empty("Nothing runs by the clock.")
      : table(
          [
            ["Function", (one) => safe(one.function)],
            [
              "Pace",
              (one) =>
                `<span class="mono">${safe(one.expression)}</span>${one.enabled ? "" : ' <span class="pill plain">disabled</span>'}`,
            ],
            ["Last due", (one) => (one.lastDue ? moment(one.lastDue) : ""), "n"],
            ["Next due", (one) => (one.nextDue ? moment(one.nextDue) : ""), "n"],
          ],
          state.schedules,
        ),
  );

const drawEvents = (state) => {
  element("eventCount").textContent =
    state.events.total > 0 ? `${number(state.events.total)} since the start` : "";
  put(
    "events",
    state.events.recent.length === 0
      ? empty("None since the start.")
      : `<ul class="list">${state.events.recent
          .slice(0, 50)
          .map((one, index) => {
            const key = one.detail.eventId ?? `${one.time}-${index}`;
            const to = one.deliveredTo.map((name) => `<span class="pill">${safe(name)}</span>`).join(" ");
            return `<li><details data-key="${safe(key)}"><summary><span class="soft">${clockTime(one.time)}</span> <b>${safe(one.type)}</b> ${to || '<span class="pill plain">nobody listens</span>'}</summary><pre>${safe(JSON.stringify(one.detail, null, 2))}</pre></details></li>`;
          })
          .join("")}</ul>`,
  );
};

const count = (value) => (value === 0 ? '<span class="soft">0</span>' : number(value));
const errorsCell = (one) =>
  one.errors > 0 ? `<span class="pill bad">${number(one.errors)}</span>` : '<span class="soft">0</span>';
const drawFunctions = (state) =>
  put(
    "functions",
    table(
      [
        [
          "Function",
          (one) =>
            `${safe(one.name)}${one.faults > 0 ? ` <span class="pill warn">next ${one.faults} made to fail</span>` : ""}`,
        ],
        ["Invocations", (one) => count(one.invocations), "n"],
        ["Failed", errorsCell, "n"],
        ["Under way", (one) => count(one.underWay), "n"],
        ["Average", (one) => (one.invocations > 0 ? `${one.averageMs.toFixed(1)} ms` : ""), "n"],
      ],
      state.functions,
    ),
  );
const drawRoutes = (state) => {
  const wanted = element("routeFilter").value.toLowerCase();
  const rows = state.routes.filter(
    (one) =>
      `${one.key} ${one.function}`.toLowerCase().includes(wanted) &&
      (!element("routesUsed").checked || one.requests > 0),
  );
  element("routeCount").textContent = `${rows.length} of ${state.routes.length}`;
  put(
    "routes",
    rows.length === 0
      ? empty("No route matches.")
      : table(
          [
            [
              "Route",
              (one) => {
                const [method, path] = one.key.split(" ");
                return `<span class="method">${safe(method)}</span> <span class="mono">${safe(path)}</span>${one.open ? ' <span class="pill plain">open</span>' : ""}`;
              },
            ],
            ["Function", (one) => `<span class="soft">${safe(one.function)}</span>`],
            ["Requests", (one) => count(one.requests), "n"],
            ["5xx", errorsCell, "n"],
            ["Average", (one) => (one.requests > 0 ? `${one.averageMs.toFixed(1)} ms` : ""), "n"],
          ],
          rows,
        ),
  );
};
const drawUsers = (state) => {
  element("userCount").textContent = String(state.users.length);
  put(
    "users",
    state.users.length === 0
      ? empty("None yet.")
      : `<ul class="list">${state.users
          .map(
            (one) =>
              `<li class="row"><span class="mono">${safe(one.email)}</span><span>${one.enabled ? `<button type="button" data-token="${safe(one.email)}">Copy token</button>` : '<span class="pill bad">dismissed</span>'}</span></li>`,
          )
          .join("")}</ul>`,
  );
};
const drawUploads = (state) =>
  put(
    "uploads",
    state.uploads.length === 0
      ? empty("None since the start.")
      : `<ul class="list">${state.uploads
          .map(
            (one) =>
              `<li class="row"><span class="mono">${safe(one.key)}</span><span class="soft">${size(one.bytes)} · ${clockTime(one.at)}</span></li>`,
          )
          .join("")}</ul>`,
  );

let current = window.initialState;
const draw = (state) => {
  current = state;
  offsetMs = state.offsetMs;
  element("database").textContent = state.database;
  element("footer").textContent =
    `Data in ${state.dataFolder}. Everything here exists on one machine only and is no part of what is deployed.`;
  drawClock();
  for (const part of [
    drawTiles,
    drawStreams,
    drawQueues,
    drawSchedules,
    drawEvents,
    drawFunctions,
    drawRoutes,
    drawUsers,
    drawUploads,
  ])
    part(state);
};

let toastTimer;
const say = (text) => {
  element("toast").textContent = text;
  element("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element("toast").classList.remove("shown"), 2400);
};
const ask = async (path, body) => {
  const response = await fetch(
    path,
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  );
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
};
const refresh = async () => draw(await ask("/_local/state"));

const actions = {
  advance: async (duration) =>
    say(
      `It is now ${(await ask("/_local/clock", { advance: duration })).now.slice(0, 16).replace("T", " ")}`,
    ),
  redrive: async (queue) => {
    const { redriven } = await ask(`/_local/queues/${encodeURIComponent(queue)}/redrive`, {});
    say(`${plural(redriven, "message", "messages")} delivered again`);
  },
  token: async (email) => {
    await navigator.clipboard.writeText((await ask("/_local/token", { email })).token);
    say(`Token of ${email} copied`);
  },
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const [name] = Object.keys(actions).filter((action) => button.dataset[action] !== undefined);
  if (!name) return;
  button.disabled = true;
  try {
    await actions[name](button.dataset[name]);
    await refresh();
  } catch (error) {
    say(error.message);
  }
  button.disabled = false;
});
for (const id of ["routeFilter", "routesUsed"])
  element(id).addEventListener("input", () => drawRoutes(current));

draw(current);
setInterval(drawClock, 1000);
const follow = async () => {
  try {
    if (!document.hidden) await refresh();
  } catch {
    say("The stack does not answer");
  }
  setTimeout(follow, 1000);
};
setTimeout(follow, 1000);
