// https on a free port, handed on to UPSTREAM as plain http.   node tls_front.mjs UPSTREAM FOLDER
import fs from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const [upstream, folder] = process.argv.slice(2);
const {hostname, port} = new URL(upstream);
const options = {key: fs.readFileSync(`${folder}/server.key`), cert: fs.readFileSync(`${folder}/server.pem`)};
const server = tls.createServer(options, (client) => {
  const plain = net.connect(Number(port), hostname);
  client.pipe(plain).pipe(client);
  client.on('error', () => plain.destroy());
  plain.on('error', () => client.destroy());
});
server.listen(0, '127.0.0.1', () => console.log(`https://127.0.0.1:${server.address().port}`));
