/** A figure of an exporter that is not on, was not told everything, or cannot say what became of it, is worth nothing. */
export function assertAccounts(accounts, exporters, spans) {
  const names = accounts.map(({ name }) => name);
  if (names.join() !== exporters.join()) throw new Error(`${exporters} were wanted, ${names} are on.`);
  for (const account of accounts) {
    const { accepted, delivered, dropped, pending } = account;
    if (accepted < 2 * spans || accepted !== delivered + dropped + pending)
      throw new Error(`the account does not add up: at least ${2 * spans} events told, ${JSON.stringify(account)}`);
  }
}
