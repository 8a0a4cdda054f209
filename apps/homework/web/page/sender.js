// Sends answers until the server has given a receipt, or has refused them for good. Sending again is harmless: the
// server answers the same answers with the same receipt.

const longest = 30000; // milliseconds between two tries

export class Sender {
  // `onstate(state, seconds)`: "sending", or "waiting" with the seconds until the next try.
  constructor(send, onstate) {
    this.send = send;
    this.onstate = onstate;
    this.running = null;
    this.wake = () => {};
    this.cancelled = false;
  }

  // The promise of the receipt; a second call while the first is under way is the first.
  start() {
    this.running ??= this.run().finally(() => (this.running = null));
    return this.running;
  }

  // The next try comes now.
  hurry() {
    this.wake();
  }

  // Gives up between two tries; what is under way is not called back.
  cancel() {
    this.cancelled = true;
    this.wake();
  }

  async run() {
    for (let tries = 0; ; ++tries) {
      this.onstate("sending", 0);
      try {
        return await this.send();
      } catch (error) {
        if (!error.passing || this.cancelled) throw error;
        const pause = Math.min(longest, 1000 * 2 ** tries) * (0.75 + Math.random() / 2);
        this.onstate("waiting", Math.ceil(pause / 1000));
        await this.pause(pause);
        if (this.cancelled) throw error;
      }
    }
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), milliseconds);
      const online = () => this.wake();
      addEventListener("online", online);
      this.wake = () => {
        clearTimeout(timer);
        removeEventListener("online", online);
        this.wake = () => {};
        resolve();
      };
    });
  }
}
