// An HTTP server for the load generators: `hello` or `json`. It prints its port, and ends with its standard input.
const http = require('http');
const items = Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}`, price: id * 1.5, tags: ['a', 'b'] }));
const answers = {
  hello(req, res) {
    res.setHeader('Content-Type', 'text/plain');
    res.end('Hello, world!\n');
  },
  json(req, res) {
    const body = JSON.stringify({ url: req.url, at: Date.now(), items });
    res.setHeader('Content-Type', 'application/json');
    res.end(body);
  },
};
const server = http.createServer(answers[process.argv[2]]);
// Idle connections stay.
server.keepAliveTimeout = 0;
server.headersTimeout = 0;
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', 4096, () => console.log(`PORT ${server.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
