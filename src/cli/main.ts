/** The front desk: runs one command and returns the process's exit code. */
export async function main(args: readonly string[]): Promise<number> {
  console.error(`tramontane: unknown command ${args[0] ?? ""}`);
  return 2;
}
