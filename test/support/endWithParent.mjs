// Preloaded in the processes that tests start. The parent holds the other end of stdin, so stdin ends when the parent does.
process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM')).resume();
process.stdin.unref();
