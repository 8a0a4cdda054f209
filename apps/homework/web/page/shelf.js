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

export class Shelf {
  constructor() {
    this.memory = new Map(); // when the browser keeps nothing
    this.own = this.readFrom(storage(true), "own") === true;
  }

  get shared() {
    return !this.own;
  }

  // Moves everything to where it belongs from now on.
  setShared(shared) {
    const [from, to] = [storage(this.own), storage(!shared)];
    this.own = !shared;
    for (const name of from === to ? [] : namesIn(from)) {
      try {
        to?.setItem(name, from.getItem(name));
        from.removeItem(name);
      } catch {
        // Full: it stays where it is, and is read from there.
      }
    }
    if (this.own) this.write("own", true);
    else for (const own of [true, false]) storage(own)?.removeItem(prefix + "own");
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
