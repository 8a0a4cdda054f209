// What the browser keeps. On a shared computer (the default) that is this tab's sessionStorage, which ends with the
// tab; on one's own it is localStorage. Names begin with the page's path: several courses may share one host.

const prefix = "homework:" + location.pathname + ":";

function storage(own) {
  try {
    return own ? localStorage : sessionStorage;
  } catch {
    return null; // forbidden by the browser's settings
  }
}

function namesIn(store) {
  return Object.keys(store ?? {}).filter((name) => name.startsWith(prefix));
}

// Either all of them, or what was there before.
function copied(items, store) {
  const before = [];
  try {
    for (const [name, value] of items) {
      before.push([name, store.getItem(name)]);
      store.setItem(name, value);
      if (store.getItem(name) !== value) throw new Error("not kept");
    }
    return true;
  } catch {
    for (const [name] of before) store.removeItem(name);
    for (const [name, value] of before) if (value !== null) store.setItem(name, value);
    return false;
  }
}

export class Shelf {
  constructor() {
    this.memory = new Map(); // when the browser keeps nothing
    this.own = this.readFrom(storage(true), "own") === true;
  }

  get shared() {
    return !this.own;
  }

  // Moves everything to where it belongs from now on. Whether that could be done: where there is no room for all of
  // it, nothing changes.
  setShared(shared) {
    if (shared === this.shared) return true;
    const [from, to] = [storage(this.own), storage(!shared)];
    const items = namesIn(from).filter((name) => name !== prefix + "own").map((name) => [name, from.getItem(name)]);
    if (!shared && to) items.push([prefix + "own", "true"]);
    if (!copied(items, to)) return false;
    for (const name of namesIn(from)) from.removeItem(name);
    this.own = !shared;
    for (const [name, value] of [...this.memory]) this.write(name, value); // here there may be room
    return true;
  }

  readFrom(store, name) {
    try {
      return JSON.parse(store.getItem(prefix + name));
    } catch {
      return null;
    }
  }

  // null when there is nothing, or nothing that can be read.
  read(name) {
    return this.memory.get(name) ?? this.readFrom(storage(this.own), name);
  }

  // Whether it will be there after a reload.
  write(name, value) {
    try {
      storage(this.own).setItem(prefix + name, JSON.stringify(value));
      this.memory.delete(name);
      return true;
    } catch {
      this.memory.set(name, value);
      return false;
    }
  }

  remove(name) {
    this.memory.delete(name);
    storage(this.own)?.removeItem(prefix + name);
  }

  // The name that a storage event is about; null when it is nobody's here.
  nameOf(event) {
    return this.own && event.key?.startsWith(prefix) ? event.key.slice(prefix.length) : null;
  }

  names(start) {
    const stored = namesIn(storage(this.own)).map((name) => name.slice(prefix.length));
    return [...new Set([...stored, ...this.memory.keys()])].filter((name) => name.startsWith(start));
  }
}

export const shelf = new Shelf();
