// WebSocket (RFC 6455) on the server's side: the handshake, frames in, frames out. No extensions, text messages only.
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const LARGEST_MESSAGE = 64 * 1024;
// Who does not even read answers to pings is gone.
const PING_EVERY = 30_000;
const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];

/** A peer broke the protocol; `code` is the close code that it is told. */
class ProtocolError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Answers an `upgrade` event: a `WebSocketConnection`, or undefined after the request was refused. */
export function accept(request, socket, head) {
  const { 'sec-websocket-key': key = '', 'sec-websocket-version': version, upgrade } = request.headers;
  const refuse = (status, headers = '') => {
    socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  };
  socket.on('error', () => {});
  if (request.method !== 'GET' || upgrade.toLowerCase() !== 'websocket' || Buffer.from(key, 'base64').length !== 16) return refuse('400 Bad Request');
  if (version !== '13') return refuse('426 Upgrade Required', 'Sec-WebSocket-Version: 13\r\n');
  const proof = createHash('sha1').update(key + MAGIC).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`);
  return new WebSocketConnection(socket, head);
}

/** Events: `message(text)`, and `close(code)` once. */
class WebSocketConnection extends EventEmitter {
  #socket;
  #input;
  #partial;
  #closeSent = false;
  #closeCode = 1006;
  #answered = true;
  #pings;

  constructor(socket, head) {
    super();
    this.#socket = socket;
    this.#input = head;
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      if (this.#closeCode !== 1006) return;
      this.#input = this.#input.length ? Buffer.concat([this.#input, data]) : data;
      this.#parse();
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearInterval(this.#pings);
      this.emit('close', this.#closeCode);
    });
    this.#pings = setInterval(() => {
      if (!this.#answered) return socket.destroy();
      this.#answered = false;
      this.#write(PING, Buffer.alloc(0));
    }, PING_EVERY);
    this.#pings.unref();
    // What came with the handshake is looked at when the caller has added its listeners.
    setImmediate(() => this.#parse());
  }

  /** Sends a text message. */
  send(text) {
    if (!this.#closeSent) this.#write(TEXT, Buffer.from(text));
  }

  /** Says goodbye; the connection ends when the peer has answered, or after two seconds. */
  close(code = 1000, reason = '') {
    if (this.#closeSent) return;
    this.#closeSent = true;
    const told = Buffer.from(reason);
    this.#write(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 255]), told]));
    setTimeout(() => this.#socket.destroy(), 2000).unref();
  }

  #write(opcode, payload) {
    const { length } = payload;
    const size = length < 126 ? [length] : length < 65536 ? [126, length >> 8, length & 255] : undefined;
    const start = Buffer.from([0x80 | opcode, ...(size ?? [127, 0, 0, 0, 0, 0, 0, 0, 0])]);
    if (!size) start.writeBigUInt64BE(BigInt(length), 2);
    if (this.#socket.writable) this.#socket.write(Buffer.concat([start, payload]));
  }

  #parse() {
    try {
      for (let frame; this.#closeCode === 1006 && (frame = this.#nextFrame());) this.#take(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#closeCode = error.code;
      this.close(error.code, error.message);
      this.#socket.end();
    }
  }

  /** The next whole frame, unmasked, or undefined while it is not there. */
  #nextFrame() {
    const input = this.#input;
    if (input.length < 2) return undefined;
    const [first, second] = input;
    const opcode = first & 15;
    const final = (first & 0x80) !== 0;
    if (first & 0x70) throw new ProtocolError(1002, 'reserved bits');
    if (!(second & 0x80)) throw new ProtocolError(1002, 'frames of a client are masked');
    if (![CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG].includes(opcode)) throw new ProtocolError(1002, 'unknown opcode');
    let length = second & 127;
    if (opcode >= CLOSE && (length > 125 || !final)) throw new ProtocolError(1002, 'a control frame is short and whole');
    let at = 2;
    if (length > 125) {
      at += length === 126 ? 2 : 8;
      if (input.length < at) return undefined;
      length = length === 126 ? input.readUInt16BE(2) : Number(input.readBigUInt64BE(2));
    }
    if (length > LARGEST_MESSAGE) throw new ProtocolError(1009, 'too long');
    if (input.length < at + 4 + length) return undefined;
    const mask = input.subarray(at, at + 4);
    const payload = Buffer.from(input.subarray(at + 4, at + 4 + length));
    for (let i = 0; i < length; i++) payload[i] ^= mask[i & 3];
    this.#input = input.subarray(at + 4 + length);
    return { opcode, final, payload };
  }

  #take({ opcode, final, payload }) {
    switch (opcode) {
      case PING:
        return this.#write(PONG, payload);
      case PONG:
        this.#answered = true;
        return undefined;
      case CLOSE:
        if (payload.length === 1) throw new ProtocolError(1002, 'half a close code');
        this.#closeCode = payload.length ? payload.readUInt16BE() : 1005;
        this.close(payload.length ? this.#closeCode : 1000);
        return this.#socket.end();
      case BINARY:
        throw new ProtocolError(1003, 'text only');
      default:
        return this.#takeText(opcode, final, payload);
    }
  }

  #takeText(opcode, final, payload) {
    if ((opcode === CONTINUATION) !== (this.#partial !== undefined)) throw new ProtocolError(1002, 'fragments out of order');
    const whole = this.#partial ? Buffer.concat([this.#partial, payload]) : payload;
    if (whole.length > LARGEST_MESSAGE) throw new ProtocolError(1009, 'too long');
    this.#partial = final ? undefined : whole;
    if (!final) return;
    let text;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole);
    } catch {
      throw new ProtocolError(1007, 'not UTF-8');
    }
    this.emit('message', text);
  }
}
