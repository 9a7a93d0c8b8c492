// Lets a Node program reach the fake under the intercepted hosts' names, and no other host by mistake.
// Node before 24 reads no proxy variables, so this works one level below: where a socket connects.
// It serves `fetch`, `http`, `https` and every library built on them; TLS still checks the host's name.
'use strict';
const net = require('node:net');

const settings = JSON.parse(process.env.NEMOFAKE_INTERCEPTION || 'null');
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
const connect = net.Socket.prototype.connect;

// `net.connect` hands over one array, [options, listener]; a program may call with options or port, host.
function readOptions(args) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  return first !== null && typeof first === 'object' ? first : { port: first, host: typeof args[1] === 'string' ? args[1] : undefined };
}

function withOptions(args, options) {
  if (Array.isArray(args[0])) {
    args[0][0] = options; // in place: Node marks the array as its own
    return args;
  }
  return [options, ...args.filter((value) => typeof value === 'function')];
}

// The proxy counts and names what is refused, as it does for programs in other languages.
function reportRefused(host, port) {
  const socket = new net.Socket();
  socket.on('error', () => {}).unref();
  connect.call(socket, settings.proxy_port, '127.0.0.1', () => socket.end(`CONNECT ${host}:${port} HTTP/1.1\r\n\r\n`));
}

net.Socket.prototype.connect = function (...args) {
  const options = readOptions(args);
  const host = String(options.host || 'localhost').toLowerCase().replace(/^\[|\]$/g, '');
  if (options.path || LOOPBACK.test(host) || settings.allowed.includes(host)) return connect.apply(this, args);
  if (settings.hosts.includes(host)) {
    const port = Number(options.port) === 80 ? settings.plain_port : settings.tls_port;
    return connect.apply(this, withOptions(args, { ...options, host: '127.0.0.1', port }));
  }
  reportRefused(host, options.port);
  process.nextTick(() => this.destroy(new Error(`nemofake refuses ${host}: pass --allow ${host} to let it through`)));
  return this;
};
