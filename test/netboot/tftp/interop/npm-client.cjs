// Fetches one file with the npm package `tftp`: host, port, remote name, local name, options as JSON.
const tftp = require('tftp');

const [host, port, remote, local, options] = process.argv.slice(2);
tftp.createClient({ host, port: Number(port), ...JSON.parse(options) }).get(remote, local, (error) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
});
