/**
 * A figure of an exporter that is not on, was not told everything, or says of an event twice what became of it, is worth
 * nothing. `pending` is what core has not been told about: below zero, something was settled twice.
 *
 * @param events each exporter has to have been told, exactly.
 */
export function assertAccounts(accounts, exporters, events) {
  const names = accounts.map(({ name }) => name);
  if (names.join() !== exporters.join()) throw new Error(`${exporters} were wanted, ${names} are on.`);
  for (const account of accounts) {
    if (account.accepted !== events || account.pending < 0)
      throw new Error(`the account does not add up: ${events} events were told, ${JSON.stringify(account)}`);
  }
}
