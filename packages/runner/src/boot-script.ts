/**
 * What the cloud runs in a container, as far as a node agent can see it: a heartbeat from a second writer on the same
 * pipe, status lines, `npm start`, and an end that keeps the agent's status. Nothing is installed.
 *
 * `$1`: seconds between heartbeats.
 */
export const BOOT_SCRIPT: string = `
# Caught, so that the shell outlives the agent's own end; children get the default back.
trap : TERM INT HUP
(
  while :; do
    printf '%s\\n' '::CHARM_EVENT::{"type":"thinking","content":"..."}'
    sleep "$1" >/dev/null 2>&1
  done
) &
heartbeat=$!
printf '%s\\n' '__CHARM_EVENT__{"type":"status","content":"Using Local Source Code..."}'
printf '%s\\n' '::CHARM_EVENT::{"type":"status","content":"Starting Node.js Agent..."}'
npm start
code=$?
printf '%s\\n' '::CHARM_EVENT::{"type":"status","content":"Saving Execution Context..."}'
kill "$heartbeat"
# As upstream: this is the status of kill. The agent's own follows in the runner's last frame.
printf '::CHARM_EVENT::{"type":"internal_run_finished","content":{"exit_code":%s,"duration_ms":0}}\\n' "$?"
exit "$code"
`;
