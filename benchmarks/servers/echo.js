// A TCP server that sends back what it gets. It prints its port, and ends with its standard input.
const server = require('net').createServer((socket) => socket.pipe(socket));
server.listen(0, '127.0.0.1', () => console.log(`PORT ${server.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
