export const HELP: string = `Makes a package for a telemetry exporter of your own.

  npm create charm-telemetry <folder> [-- flags]

The answers, asked for at a terminal unless they are given:
  --id <id>             what agents write in charm.yaml (from the folder's name)
  --name <name>         the backend's, as people write it
  --description <text>
  --author <name>
  --license <spdx>      MIT unless given
  --repository <url>    https://github.com/<owner>/<name>
  --language <ts|js>    ts unless given
  --package <name>      on npm: charm-telemetry-<id> unless given
  --pm <name>           npm, pnpm, yarn or bun: the one that runs this, or that of the project around

What to do:
  --yes, -y             ask nothing, take what is likely
  --json                ask nothing, print JSON
  --dry-run             list the files, write none
  --force               write into a folder that has files; none is ever deleted
  --install             install the dependencies afterwards
  --git                 git init afterwards
  --help, -h
  --version

Nothing is asked without a terminal, or where CI is set.
Exit codes: 0 done, 1 it could not be done, 2 wrong usage, 130 called off.
`;
