// Checks an export of Tocsin by the rules of its format, in the same order as `tocsin verify`. Asks nothing of any host.
"use strict";

const FORMAT = "tocsin-export/1";
const NONE = "0".repeat(64);
const DATE = 0x21;
const SHORT = 0xffff;
const LONG = 0xffffffff;
const MEMBERS = 1e6;
const WHOLE = 1 << 30; // the most that a browser is asked to hold at once
const LIMIT = { "manifest.json": 2 ** 28, line: 2 ** 16, records: 2 ** 26, roots: 2 ** 16, timestamps: 2 ** 18 };
const NAME = new RegExp(
  "^(README\\.txt|journal\\.jsonl|manifest\\.json|verify\\.html|vault/[0-9a-f]{64}" +
    "|records/[a-z_]{1,40}/[A-Za-z0-9_.-]{1,100}\\.json" +
    "|roots/[0-9]{4}-[0-9]{2}-[0-9]{2}\\.json|timestamps/[0-9]{4}-[0-9]{2}-[0-9]{2}\\.tsr)$",
);
const ENTRY = {
  actor: "text", action: "text", changes: "count", changes_root: "hash", hash: "hash", note_digest: "text",
  previous: "hash", seq: "count", subject: "text", time: "text",
};
const ROOT = { day: "text", entries: "count", head: "hash", root: "hash", workspace: "text" };
const ITEM = { sha256: "hash", size: "count" };
const MANIFEST = {
  files: [{ name: "text", ...ITEM }], format: "text", made: "text", root: ROOT, workspace: "text",
};
const RECORD = {
  entry: "count", id: "text", in_entry: { index: "count", path: ["hash"] }, in_root: ["hash"], kind: "text",
  nonce: "text", row: "text", version: "count",
};
const TYPES = {
  text: (value) => typeof value === "string",
  count: (value) => Number.isSafeInteger(value) && value >= 0,
  hash: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  record: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
};
const utf8 = new TextEncoder();

// ---- values

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

function inOrder(keys) {
  if (!keys.some((key) => /[\ud800-\udfff]/.test(key))) return keys.sort();
  const points = (key) => Array.from(key, (sign) => String(sign.codePointAt(0)).padStart(8, "0")).join();
  return keys.sort((a, b) => (points(a) < points(b) ? -1 : 1));
}

function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("not a whole number");
    return String(value);
  }
  if (typeof value === "string") {
    encodeURIComponent(value); // throws for half a surrogate pair
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  return `{${inOrder(Object.keys(value)).map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
}

function parse(bytes) {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return sameBytes(utf8.encode(canonical(value)), bytes) ? value : null;
  } catch {
    return null;
  }
}

function fits(value, shape) {
  if (typeof shape === "string") return TYPES[shape](value);
  if (Array.isArray(shape)) return Array.isArray(value) && value.every((part) => fits(part, shape[0]));
  if (!TYPES.record(value)) return false;
  const names = Object.keys(shape);
  return Object.keys(value).length === names.length && names.every((k) => Object.hasOwn(value, k) && fits(value[k], shape[k]));
}

const digest = async (value) => hex(await sha256(utf8.encode(canonical(value))));

// ---- Merkle trees (RFC 6962, 2.1; RFC 9162, 2.1.3.2)

const leaf = (bytes) => sha256(joined([0], bytes));
const node = (left, right) => sha256(joined([1], left, right));

async function prefixRoots(leaves, sizes) {
  const full = [];
  const found = new Map();
  for (let count = 1; count <= leaves.length; count++) {
    let [size, hash] = [1, leaves[count - 1]];
    while (full.length && full[full.length - 1][0] === size) {
      hash = await node(full.pop()[1], hash);
      size *= 2;
    }
    full.push([size, hash]);
    if (!sizes.has(count)) continue;
    let whole = full[full.length - 1][1];
    for (let n = full.length - 2; n >= 0; n--) whole = await node(full[n][1], whole);
    found.set(count, hex(whole));
  }
  return found;
}

async function included(hash, index, size, path, root) {
  if (index >= size) return false;
  let last = size - 1;
  let found = hash;
  for (const step of path.map(unhex)) {
    if (last === 0) return false;
    if (index % 2 || index === last) {
      found = await node(step, found);
      while (index % 2 === 0 && index) [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
    } else {
      found = await node(found, step);
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && hex(found) === root;
}

// ---- the zip (APPNOTE.TXT 6.3)

function packed(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

const latin1 = (text) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
const half = (...values) => values.map((value) => [2, value]);
const full = (...values) => values.map((value) => [4, value]);

function localHeader({ name, size, crc }) {
  return joined(
    packed(...full(0x04034b50), ...half(20, 0, 0, 0, DATE), ...full(crc, size, size), ...half(name.length, 0)),
    latin1(name),
  );
}

function centralHeader({ name, size, crc, at }) {
  const extra = at >= LONG ? packed(...half(1, 8), [8, at]) : new Uint8Array();
  const version = extra.length ? 45 : 20;
  const head = [...full(0x02014b50), ...half(0x300 + version, version, 0, 0, 0, DATE), ...full(crc, size, size)];
  const where = [...half(name.length, extra.length, 0, 0, 0), ...full(0o100644 * 65536, Math.min(at, LONG))];
  return joined(packed(...head, ...where), latin1(name), extra);
}

function directory(members, at) {
  const central = joined(...members.map(centralHeader));
  const [count, size] = [members.length, central.length];
  const long = count >= SHORT || size >= LONG || at >= LONG;
  const end64 = packed(
    ...full(0x06064b50), [8, 44], ...half(0x300 + 45, 45), ...full(0, 0), [8, count], [8, count], [8, size], [8, at],
    ...full(0x07064b50, 0), [8, at + size], ...full(1),
  );
  const short = Math.min(count, SHORT);
  const end = [...full(0x06054b50), ...half(0, 0, short, short), ...full(Math.min(size, LONG), Math.min(at, LONG)), [2, 0]];
  return joined(central, long ? end64 : new Uint8Array(), packed(...end));
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = LONG;
  for (let n = 0; n < bytes.length; n++) crc = TABLE[(crc ^ bytes[n]) & 255] ^ (crc >>> 8);
  return (crc ^ LONG) >>> 0;
}

const read = async (blob, start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer());

async function walk(blob) {
  const walked = [];
  let at = 0;
  while (walked.length < MEMBERS) {
    const fixed = await read(blob, at, at + 30);
    const view = new DataView(fixed.buffer);
    if (fixed.length < 30 || view.getUint32(0, true) !== 0x04034b50) break;
    const [length, more] = [view.getUint16(26, true), view.getUint16(28, true)];
    const header = await read(blob, at, at + 30 + length + more);
    const name = String.fromCharCode(...header.subarray(30, 30 + length));
    const member = { name, at, start: at + 30 + length + more, size: view.getUint32(18, true), crc: view.getUint32(14, true) };
    member.end = member.start + member.size;
    if (member.end > blob.size) break;
    walked.push([member, header]);
    at = member.end;
  }
  return walked;
}

// ---- the rules

class Run {
  constructor(blob) {
    Object.assign(this, { blob, members: new Map(), faults: [], notes: [], checked: {}, manifest: null, sums: new Map() });
  }

  fault(file, what) {
    const end = this.members.has(file) ? this.members.get(file).size : 0;
    const known = this.faults.some((one) => one.file === file && one.start === 0 && one.end === end);
    if (!known) this.faults.push({ file, start: 0, end, what, entry: null });
  }

  bytes(name) {
    const { start, end } = this.members.get(name);
    return read(this.blob, start, end);
  }

  async json(name, shape) {
    const fitting = this.members.get(name).size <= LIMIT[name.split("/")[0]];
    const value = fitting ? parse(await this.bytes(name)) : null;
    if (value !== null && fits(value, shape)) return value;
    this.fault(name, "is not canonical JSON of the form that the format prescribes");
    return null;
  }

  under(folder) {
    const names = [...this.members.keys()].filter((name) => name.startsWith(`${folder}/`) && NAME.test(name));
    this.checked[folder] = names.length;
    return names;
  }
}

function compare(run, at, found, wanted, end) {
  if (sameBytes(found, wanted)) return;
  let first = 0;
  while (first < Math.min(found.length, wanted.length) && found[first] === wanted[first]) first++;
  const what = "the zip is not built as the format prescribes";
  run.faults.push({ file: "", start: at + first, end: end || at + found.length, what, entry: null });
}

async function checkZip(run, walked, right) {
  const known = (member) => run.members.get(member.name) === member && right.has(member.name);
  const members = walked.map(([member]) => (known(member) ? { ...member, crc: right.get(member.name) } : member));
  walked.forEach(([member, header], n) => compare(run, member.at, header, localHeader(members[n])));
  for (let n = 1; n < members.length; n++) {
    if (members[n].name <= members[n - 1].name) run.fault(members[n].name, "stands twice, or out of order");
  }
  const at = members.length ? members[members.length - 1].end : 0;
  const wanted = directory(members, at);
  compare(run, at, await read(run.blob, at, at + wanted.length + 1), wanted, run.blob.size);
}

function fileProblem(run, name, listed, right) {
  if (!NAME.test(name)) return "is not a name that the format knows";
  if (!run.members.has(name)) return "is missing";
  if (name === "manifest.json") return "";
  if (!listed.has(name)) return "is not listed in manifest.json";
  return right.has(name) && listed.get(name).size === run.members.get(name).size ? "" : "differs from manifest.json";
}

async function checkFiles(run) {
  const walked = await walk(run.blob);
  run.members = new Map(walked.map(([member]) => [member.name, member]));
  Object.assign(run.checked, { bytes: run.blob.size, files: walked.length });
  run.manifest = run.members.has("manifest.json") ? await run.json("manifest.json", MANIFEST) : null;
  if (!run.members.has("manifest.json")) run.fault("manifest.json", "is missing");
  const listed = new Map((run.manifest ? run.manifest.files : []).map((one) => [one.name, one]));
  const [right, crcs] = [new Map(), new Map()];
  for (const [name, { size }] of run.members) {
    if (size > WHOLE) throw new RangeError(`${name} is too large for a browser; use: tocsin verify`);
    const content = await run.bytes(name);
    crcs.set(name, crc32(content));
    run.sums.set(name, hex(await sha256(content)));
    if (listed.has(name) && listed.get(name).sha256 === run.sums.get(name)) right.set(name, crcs.get(name));
  }
  await checkZip(run, walked, right);
  if (!run.manifest) return;
  if (crcs.get("manifest.json") !== run.members.get("manifest.json").crc) {
    run.fault("manifest.json", "does not have the checksum that the zip gives for it");
  }
  if (run.manifest.format !== FORMAT) run.fault("manifest.json", "is of a format that this page does not know");
  for (const name of new Set([...run.members.keys(), ...listed.keys()])) {
    const problem = fileProblem(run, name, listed, right);
    if (problem) run.fault(name, problem);
  }
}

async function entryProblem(entry, number, before) {
  if (!entry) return "is not a line of canonical JSON of the form that the format prescribes";
  if (entry.seq !== number) return `has number ${entry.seq}: entries were removed, added or moved`;
  if (before && entry.previous !== before) return "does not hold the hash of the entry before: the chain is broken here";
  const { hash, ...fields } = entry;
  return (await digest(fields)) === hash ? "" : "was changed: its hash is not that of its fields";
}

function* lines(bytes) {
  for (let start = 0, end; start < bytes.length; start = end) {
    const stop = bytes.subarray(start, start + LIMIT.line).indexOf(10);
    end = stop < 0 ? Math.min(bytes.length, start + LIMIT.line) : start + stop + 1;
    yield [start, bytes.subarray(start, end)];
  }
}

async function checkJournal(run) {
  if (!run.members.has("journal.jsonl") || !run.members.get("journal.jsonl").size) {
    run.fault("journal.jsonl", "has no entries");
    return null;
  }
  const entries = [];
  let before = NONE;
  for (const [start, line] of lines(await run.bytes("journal.jsonl"))) {
    const parsed = line[line.length - 1] === 10 ? parse(line.subarray(0, -1)) : null;
    const entry = fits(parsed, ENTRY) ? parsed : null;
    const what = await entryProblem(entry, entries.length, before);
    if (what) run.faults.push({ file: "journal.jsonl", start, end: start + line.length, what, entry: entries.length });
    before = entry ? entry.hash : "";
    entries.push(entry);
  }
  run.checked.entries = entries.length;
  if (entries.every(Boolean)) return entries;
  run.notes.push("Roots, records and timestamps were not checked: a line of the journal cannot be read.");
  return null;
}

function rootProblem(root, entries, known) {
  const count = root.entries;
  if (!(count > 0 && count <= entries.length)) {
    return `is over ${count} entries, the journal has ${entries.length}: entries were removed`;
  }
  if (root.head !== entries[count - 1].hash) return `its head is not the hash of entry ${count - 1}`;
  return known.get(count) === root.root ? "" : `is not the root over the first ${count} entries`;
}

async function checkRoots(run, entries) {
  const roots = new Map();
  for (const name of run.under("roots")) {
    const root = await run.json(name, ROOT);
    if (root) roots.set(name, root);
  }
  const all = new Map([["manifest.json", run.manifest.root], ...roots]);
  const leaves = await Promise.all(entries.map((entry) => leaf(unhex(entry.hash))));
  const known = await prefixRoots(leaves, new Set([...all.values()].map((root) => root.entries)));
  if (run.manifest.root.entries < entries.length || run.manifest.made !== entries[entries.length - 1].time) {
    run.fault("manifest.json", "its root and time are not those of the last entry of the journal");
  }
  for (const [name, root] of all) {
    const problem = rootProblem(root, entries, known);
    if (root.workspace !== run.manifest.workspace || (name !== "manifest.json" && name !== `roots/${root.day}.json`)) {
      run.fault(name, "is the root of another workspace or day");
    } else if (problem) run.fault(name, problem);
  }
  return roots;
}

async function recordProblem(name, record, entries, root) {
  const number = record.entry;
  if (name !== `records/${record.kind}/${record.id}.json`) return "holds a record of another name";
  if (number >= entries.length) return `names entry ${number}, the journal has ${entries.length}`;
  const rowDigest = await digest({ nonce: record.nonce, row: record.row });
  const change = await leaf(utf8.encode(canonical([record.kind, record.id, record.version, rowDigest])));
  const { changes, changes_root: changesRoot, hash } = entries[number];
  const { index, path } = record.in_entry;
  if (!(await included(change, index, changes, path, changesRoot))) return `is not what entry ${number} wrote`;
  const proved = await included(await leaf(unhex(hash)), number, root.entries, record.in_root, root.root);
  if (!proved) return `entry ${number}, which wrote it, is not proved to stand in the root`;
  return record.kind !== "item" || isItem(record.row) ? "" : "its row is not that of an item";
}

function isItem(row) {
  const item = parse(utf8.encode(row));
  return TYPES.record(item) && fits({ sha256: item.sha256, size: item.size }, ITEM);
}

async function checkRecords(run, entries) {
  const named = new Map();
  for (const name of run.under("records")) {
    const record = await run.json(name, RECORD);
    if (!record) continue;
    const problem = await recordProblem(name, record, entries, run.manifest.root);
    if (problem) run.fault(name, problem);
    else if (record.kind === "item") {
      const item = JSON.parse(record.row);
      named.set(`vault/${item.sha256}`, item.size);
      if (!run.members.has(`vault/${item.sha256}`)) run.fault(name, "its bytes are not in the export");
    }
  }
  for (const name of run.under("vault")) {
    if (name !== `vault/${run.sums.get(name)}`) run.fault(name, "its SHA-256 is not its name");
    else if (!named.has(name)) run.fault(name, "no item in the export speaks of it");
    else if (named.get(name) !== run.members.get(name).size) run.fault(name, "does not have the size that its item gives");
  }
}

async function checkTimestamps(run, roots) {
  const names = run.under("timestamps");
  const marks = ["0609608648016503040201" + "0420", "06096086480165030402010500" + "0420"];
  for (const name of names) {
    const root = roots.get(`roots/${name.slice(11, 21)}.json`);
    const token = hex((await run.bytes(name)).subarray(0, LIMIT.timestamps));
    const wanted = root ? await digest(root) : "";
    if (!root) run.fault(name, "there is no root of its day");
    else if (!marks.some((mark) => token.includes(mark + wanted))) {
      run.fault(name, "stamps something else than the root of its day");
    }
  }
  if (names.length) run.notes.push("Timestamps were compared with their roots; signatures need the authority's certificates.");
}

async function verify(blob) {
  const run = new Run(blob);
  await checkFiles(run);
  const entries = run.manifest ? await checkJournal(run) : null;
  if (entries) {
    const roots = await checkRoots(run, entries);
    await checkRecords(run, entries);
    await checkTimestamps(run, roots);
  }
  return { good: run.faults.length === 0, faults: run.faults, checked: run.checked, notes: run.notes, manifest: run.manifest };
}

// ---- the page

const part = (id) => document.getElementById(id);

function line(parent, tag, text) {
  parent.append(Object.assign(document.createElement(tag), { textContent: text }));
}

function show({ good, faults, checked, notes, manifest }) {
  part("verdict").textContent = good ? "Everything in this export holds." : `Faults found: ${faults.length}.`;
  part("verdict").className = good ? "good" : "bad";
  for (const [what, count] of Object.entries(checked)) line(part("checked"), "li", `${what}: ${count}`);
  notes.forEach((note) => line(part("notes"), "p", note));
  if (manifest) {
    line(part("notes"), "p", `Made ${manifest.made} by workspace ${manifest.workspace}. Compare this root with one you got elsewhere:`);
    line(part("notes"), "code", manifest.root.root);
  }
  for (const { file, start, end, what, entry } of faults) {
    const row = part("faults").tBodies[0].insertRow();
    [file || "the zip itself", entry === null ? "" : entry, `${start} to ${end}`, what].forEach((cell) => line(row, "td", cell));
  }
  part("faults").hidden = good;
}

async function check(blob) {
  part("checked").replaceChildren();
  part("notes").replaceChildren();
  part("faults").tBodies[0].replaceChildren();
  part("faults").hidden = true;
  part("verdict").className = "";
  part("verdict").textContent = "Checking …";
  try {
    show(await verify(blob));
  } catch (error) {
    part("verdict").className = "bad";
    part("verdict").textContent = `Not checked: ${error.message}`;
  }
}

part("file").addEventListener("change", (event) => event.target.files.length && check(event.target.files[0]));
