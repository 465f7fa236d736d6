// Makes Node refuse to open fd 1 again, as the system does for a pipe that belongs to another user.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  if (String(path) === "/proc/self/fd/1") throw Object.assign(new Error("refused"), { code: "EACCES" });
  return openSync(path, ...rest);
};
syncBuiltinESMExports();
